"""One company's records before the company writes them down: who they are, as the company last heard."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import dates, slips
from cdp.sample.draws import Days, Flags, Floats, Ints, between, chance
from cdp.sample.homes import Homes
from cdp.sample.latents import Latents
from cdp.sample.memberships import Members
from cdp.sample.names import Origin, lexicon
from cdp.sample.papers import Papers
from cdp.sample.people import People
from cdp.sample.phones import Phones
from cdp.sample.population import Population

_COUNTRIES = ("JP", "CN", "TW", "US")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The records of one company in order of registration, each column (n,), and the company's own randomness.

    INVARIANT: a company draws from `rng` in a fixed order, or the same seed gives another file.
    """

    population: Population
    people: People
    papers: Papers
    latents: Latents
    members: Members
    rng: np.random.Generator

    def __len__(self) -> int:
        return len(self.members)

    @property
    def person(self) -> Ints:
        """Whose record it is."""
        return self.members.person

    @property
    def origin(self) -> Ints:
        """The Origin of the person."""
        return self.people.origin[self.person]

    @property
    def homes(self) -> Homes:
        """All homes; `home` points into them."""
        return self.people.homes

    @property
    def home(self) -> Ints:
        """Where the person lived when the record was last updated."""
        return self.people.lived_at(self.person, self.members.updated)

    @property
    def nationality(self) -> Any:
        """ISO 3166 code, from which a contract tells the language of the names."""
        return pa.array(_COUNTRIES, pa.string()).take(pa.array(self.origin))

    def some(self, share: float) -> Flags:
        """True for about `share` of the records."""
        return chance(self.rng, share, len(self))

    def family(self, spelling: str) -> Any:
        """Family names in one spelling of NameList, as of the last update."""
        codes = self.people.named(self.person, self.members.updated)
        return getattr(lexicon().families, spelling).take(pa.array(codes))

    def given_codes(self, *, confused: float = 0.0) -> Ints:
        """Given names; about `confused` of them are written as another name of the same sound."""
        codes = self.people.given[self.person]
        return np.where(self.some(confused), lexicon().givens.alike[codes], codes)

    def given(self, spelling: str, codes: Ints | None = None) -> Any:
        """Given names in one spelling of NameList."""
        chosen = self.people.given[self.person] if codes is None else codes
        return getattr(lexicon().givens, spelling).take(pa.array(chosen))

    def middle(self, spelling: str) -> Any:
        """Middle names in one spelling, null for most."""
        codes = self.people.middle[self.person]
        return getattr(lexicon().givens, spelling).take(pa.array(np.maximum(codes, 0), mask=codes < 0))

    def western(self) -> Any:
        """True for Western names, as an Arrow array."""
        return pa.array(self.origin == Origin.WEST)

    def births(self) -> Days:
        """Birth dates; some are a day off, have day and month swapped, or are another year's."""
        days = self.people.birth[self.person]
        wrong = self.some(self.population.typo_share)
        kind = between(self.rng, 0, 2, size=len(self))
        shift = np.select([kind == 0, kind == 1], [1, 10], 365)
        written: Days = days + np.where(wrong, shift, 0).astype("timedelta64[D]")
        return written

    def birth(self, style: Any, *, missing: float) -> Any:
        """Birth dates as text in a style of `dates`."""
        return slips.blanked(self.rng, dates.written(self.births(), style), missing)

    def phones(self, *, landline: float) -> Phones:
        """The number given: the household's landline for about `landline` of the records, else a mobile."""
        mobile = self.people.called_on(self.person, self.members.updated)
        home = self.home
        line = Phones(self.homes.country[home], self.homes.line[home], self.homes.line_head[home])
        return mobile.or_else(line, self.some(landline) & (line.number > 0))

    def sex(self, male: str, female: str, *, missing: float) -> Any:
        """Sex in the company's words."""
        words = pa.array([male, female], pa.string()).take(pa.array(self.people.sex[self.person]))
        return slips.blanked(self.rng, words, missing)

    def emails(self, *, missing: float, other: float) -> Any:
        """E-mail addresses; about `other` of the records have the person's second one."""
        mine, second = (column.take(pa.array(self.person)) for column in (self.papers.email, self.papers.email_other))
        chosen = pc.if_else(pa.array(self.some(other)), second, mine)
        # only the local part: a slip in the domain might make it somebody's
        local = slips.misspelt(self.rng, pc.replace_substring_regex(chosen, "@.*$", ""), self.population.typo_share / 2)
        domain = pc.replace_substring_regex(chosen, "^[^@]*", "")
        return slips.blanked(self.rng, pc.binary_join_element_wise(local, domain, ""), missing)

    def of_person(self, column: Any, *, missing: float) -> Any:
        """A column of Papers by record."""
        return slips.blanked(self.rng, column.take(pa.array(self.person)), missing)

    def latent(self, name: str, *, noise: float = 0.0) -> Floats:
        """One of Latents by record, times a noise around 1."""
        values: Floats = getattr(self.latents, name)[self.person]
        return values * np.exp(self.rng.normal(0.0, noise, len(self))) if noise else values

    def answers(self, yes: str, no: str, *, blank: float, lean: float = 0.0) -> Any:
        """What people answered when asked: `yes`, `no` or nothing. `lean` (-1 to 1) makes yes more or less likely."""
        agrees = self.rng.random(len(self)) < np.clip(self.latent("openness") + lean, 0.02, 0.98)
        words = pc.if_else(pa.array(agrees), pa.scalar(yes), pa.scalar(no))
        return slips.blanked(self.rng, words, blank)

    def link_answers(self, yes: str, no: str) -> Any:
        """May records be linked: `no` for `link_refused_share` of them, the less open the likelier."""
        usual = 1.0 - float(self.latents.openness.mean())
        share = self.population.link_refused_share * (1.0 - self.latent("openness")) / max(usual, 0.01)
        return pc.if_else(pa.array(self.rng.random(len(self)) < share), pa.scalar(no), pa.scalar(yes))

    def keys(self, prefix: str, digits: int) -> Any:
        """Source keys in order of registration, with gaps."""
        steps = between(self.rng, 1, 9, size=len(self))
        numbers = pa.array(np.cumsum(steps) + 10 ** (digits - 1)).cast(pa.string())
        return pc.binary_join_element_wise(pa.scalar(prefix), numbers, "")


def texts(numbers: Any) -> Any:
    """Whole numbers or days as text."""
    return pa.array(numbers).cast(pa.string())


def words(choices: tuple[str, ...], codes: Ints) -> Any:
    """`choices` by index."""
    return pa.array(choices, pa.string()).take(pa.array(codes))
