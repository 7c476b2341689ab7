"""What is wrong with a well-formed contract, alone or beside the columns of a file: a table of small checks."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from consent.basis import LegalBasis, Operation
from consent.categories import WHOLE_PERSON
from consent.ledger import State
from consent.purposes import IDENTITY_RESOLUTION
from consent.taxonomy import ALL
from consent.trees import Trees
from identity.fields import FieldKind
from pipelines.contract import Contract, Terms
from pipelines.errors import ContractRefused

_GROUPS: tuple[frozenset[FieldKind], ...] = (
    frozenset(kind for kind in FieldKind if "name" in kind and kind is not FieldKind.MIDDLE_NAME),
    frozenset({FieldKind.BIRTH_DATE}),
    frozenset({FieldKind.EMAIL}),
    frozenset({FieldKind.PHONE}),
    frozenset({FieldKind.ADDRESS, FieldKind.POSTCODE}),
    frozenset({FieldKind.NATIONAL_ID}),
    frozenset({FieldKind.LOYALTY_NUMBER}),
)
"""Kinds that say who somebody is; two of one group say it once."""


class Severity(StrEnum):
    """An error refuses the contract; a warning is shown and passes."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: its code, how grave, where, and what to do."""

    code: str
    severity: Severity
    place: str
    hint: str

    def __str__(self) -> str:
        return f"{self.code} {self.severity}: {self.place}; {self.hint}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is linted: a contract, the trees in force, and the columns of a file where there is one."""

    contract: Contract
    trees: Trees
    columns: tuple[str, ...] | None = None


Check = Callable[[Subject], Iterator[str]]
"""Gives the places at fault, each in words."""


def lint(contract: Contract, *, trees: Trees, columns: Sequence[str] | None = None) -> tuple[Finding, ...]:
    """All findings, errors first; `columns` None leaves out what only shows beside a file."""
    subject = Subject(contract, trees, None if columns is None else tuple(columns))
    found = [
        Finding(code, severity, place, hint)
        for code, (check, severity, hint) in CHECKS.items()
        for place in check(subject)
    ]
    return tuple(sorted(found, key=lambda one: (one.severity is not Severity.ERROR, one.code)))


def refuse_errors(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The warnings among `findings`. Raises ContractRefused that names every error."""
    errors = [one for one in findings if one.severity is Severity.ERROR]
    if errors:
        raise ContractRefused(
            f"the contract does not hold: {'; '.join(f'{one.code} {one.place}' for one in errors)}",
            why="nothing was landed",
            remedy="; ".join(dict.fromkeys(one.hint for one in errors)),
        )
    return tuple(one for one in findings if one.severity is Severity.WARNING)


def _named_terms(contract: Contract) -> Iterator[tuple[str, Terms]]:
    yield from ((f"permissions[{at}]", rule.terms) for at, rule in enumerate(contract.permissions))
    yield from ((f"consents[{at}]", rule.terms) for at, rule in enumerate(contract.consents))


def _unknown_purpose(subject: Subject) -> Iterator[str]:
    named = [(place, {terms.purpose}) for place, terms in _named_terms(subject.contract)]
    named += [(f"agreements[{at}]", set(one.purposes) - {ALL}) for at, one in enumerate(subject.contract.agreements)]
    known = [term.id for term in subject.trees.purposes]
    for place, purposes in named:
        yield from (f"{place}: purpose {_near(one, known)}" for one in sorted(purposes) if one not in known)


def _unknown_category(subject: Subject) -> Iterator[str]:
    named = [(place, set(terms.categories)) for place, terms in _named_terms(subject.contract)]
    named += [(f"facts[{at}]", {fact.category}) for at, fact in enumerate(subject.contract.facts)]
    named += [(f"agreements[{at}]", set(one.categories)) for at, one in enumerate(subject.contract.agreements)]
    known = [term.id for term in subject.trees.categories]
    for place, categories in named:
        wrong = sorted(categories - {ALL} - set(known))
        yield from (f"{place}: category {_near(one, known)}" for one in wrong)


def _star_category_of_fact(subject: Subject) -> Iterator[str]:
    for at, fact in enumerate(subject.contract.facts):
        if fact.category == ALL:
            yield f"facts[{at}]: category '*'"


def _two_meanings(subject: Subject) -> Iterator[str]:
    contract = subject.contract
    fields = {contract.source_key, *(column for field in contract.fields for column in field.columns)}
    facts = {fact.column for fact in contract.facts}
    yield from (f"column {name} identifies people and is a fact" for name in sorted(fields & facts))
    used = {*fields, *facts, *(rule.column for rule in contract.consents)}
    yield from (f"column {name} is used and ignored" for name in sorted(used & set(contract.ignore)))


def _repeated_fact(subject: Subject) -> Iterator[str]:
    names = Counter(fact.name for fact in subject.contract.facts)
    yield from (f"two facts are named {name}" for name, count in names.items() if count > 1)


def _repeated_scope(subject: Subject) -> Iterator[str]:
    seen: dict[str, str] = {}
    for place, terms in _named_terms(subject.contract):
        if terms.item in seen:
            yield f"{seen[terms.item]} and {place} have one scope"
        seen.setdefault(terms.item, place)


def _bad_pattern(subject: Subject) -> Iterator[str]:
    for at, promise in enumerate(subject.contract.quality):
        try:
            re.compile(promise.regex or "")
        except re.error:
            yield f"quality[{at}]: the regex does not compile"


def _bad_date_format(subject: Subject) -> Iterator[str]:
    for field in subject.contract.fields:
        parts = set(re.findall(r"%(.)", field.date_format or "%Y%m%d"))
        if not ({"d", "m"} <= parts and parts & {"Y", "y"}):
            yield f"fields.{field.kind}.format"


def _few_fields(subject: Subject) -> Iterator[str]:
    kinds = {field.kind for field in subject.contract.fields}
    if sum(bool(group & kinds) for group in _GROUPS) < 2:
        yield "fields: fewer than two say who somebody is"


def _no_link_permission(subject: Subject) -> Iterator[str]:
    contract = subject.contract
    given = [rule.terms for rule in contract.permissions if rule.state is State.GIVEN]
    given += [rule.terms for rule in contract.consents if rule.given]
    if not any(lets_link(terms, subject.trees) for terms in given):
        yield "no permission to link: no record of this entity will be linked with anything"


def _no_link_agreement(subject: Subject) -> Iterator[str]:
    grants = subject.trees.purposes.grants
    if not any(
        Operation.LINK in one.operations and any(grants(purpose, IDENTITY_RESOLUTION) for purpose in one.purposes)
        for one in subject.contract.agreements
    ):
        yield "no agreement to link: no record of this entity will be linked with another entity's"


def _no_notice(subject: Subject) -> Iterator[str]:
    for place, terms in _named_terms(subject.contract):
        if terms.basis is LegalBasis.CONSENT and not terms.notice:
            yield f"{place}: consent without a notice"


def _no_owner(subject: Subject) -> Iterator[str]:
    if not subject.contract.owner:
        yield "owner is missing"


def _is_foreign(subject: Subject) -> bool:
    """Whether the file shares no column at all with the contract; its header may then be a row of personal data."""
    return subject.columns is not None and not set(subject.columns) & {*subject.contract.columns}


def _foreign_file(subject: Subject) -> Iterator[str]:
    if _is_foreign(subject):
        yield "the file has none of the contract's columns"


def _missing_column(subject: Subject) -> Iterator[str]:
    if subject.columns is not None and not _is_foreign(subject):
        free = [name for name in subject.columns if name not in subject.contract.columns]
        missing = [name for name in subject.contract.columns if name not in subject.columns]
        yield from (f"the file lacks column {_near(name, free)}" for name in missing)


def _unpromised_column(subject: Subject) -> Iterator[str]:
    if subject.columns is None or _is_foreign(subject):
        return
    promised = {*subject.contract.columns, *subject.contract.ignore}
    for at, name in enumerate(subject.columns, 1):
        if name not in promised:
            yield f"column {at} ({name})" if name else f"column {at} (without a name)"


def _ignored_absent(subject: Subject) -> Iterator[str]:
    if subject.columns is not None and not _is_foreign(subject):
        yield from (
            f"ignored column {name} is not in the file"
            for name in subject.contract.ignore
            if name not in subject.columns
        )


def lets_link(terms: Terms, trees: Trees) -> bool:
    """Whether these terms, when given, permit records to be linked with those of somebody."""
    return (
        Operation.LINK in terms.operations
        and trees.purposes.grants(terms.purpose, IDENTITY_RESOLUTION)
        and any(trees.categories.grants(category, WHOLE_PERSON) for category in terms.categories)
    )


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"{name} (did you mean {near[0]}?)" if near else name


_LINK = "operations: [link], purpose: identity-resolution"

CHECKS: Mapping[str, tuple[Check, Severity, str]] = {
    "UNKNOWN_PURPOSE": (_unknown_purpose, Severity.ERROR, "name a purpose of the tree (`cdp policy purposes`)"),
    "UNKNOWN_CATEGORY": (_unknown_category, Severity.ERROR, "name a data category of the tree, such as user.behavior"),
    "FACT_OF_ALL": (_star_category_of_fact, Severity.ERROR, "give each fact its own data category"),
    "TWO_MEANINGS": (_two_meanings, Severity.ERROR, "give each column one meaning: field, fact, consent or ignored"),
    "REPEATED_FACT": (_repeated_fact, Severity.ERROR, "give each fact its own name"),
    "REPEATED_SCOPE": (
        _repeated_scope,
        Severity.ERROR,
        "merge the two rules, or let their purpose or recipients differ",
    ),
    "BAD_PATTERN": (_bad_pattern, Severity.ERROR, "correct the regular expression"),
    "BAD_DATE_FORMAT": (_bad_date_format, Severity.ERROR, "write day, month and year, such as '%d/%m/%Y'"),
    "FOREIGN_FILE": (
        _foreign_file,
        Severity.ERROR,
        "do file and contract belong together? without a header write 'format: {header: false, columns: [...]}'",
    ),
    "MISSING_COLUMN": (
        _missing_column,
        Severity.ERROR,
        "correct the name in the contract, or have the column delivered",
    ),
    "UNPROMISED_COLUMN": (
        _unpromised_column,
        Severity.ERROR,
        "add each column under 'fields', 'facts', 'consents' or 'ignore'",
    ),
    "FEW_FIELDS": (_few_fields, Severity.WARNING, "map at least two of name, birth_date, email, phone, address, IDs"),
    "NO_LINK_PERMISSION": (
        _no_link_permission,
        Severity.WARNING,
        f"add 'permissions: [{{{_LINK}, basis: ..., recipients: '*', categories: '*'}}]', or the like under 'consents'",
    ),
    "NO_LINK_AGREEMENT": (
        _no_link_agreement,
        Severity.WARNING,
        "offer {operations: [link], purposes: [identity-resolution]} under 'agreements', as must the other",
    ),
    "NO_NOTICE": (_no_notice, Severity.WARNING, "add 'notice:' with the version of what people were told"),
    "NO_OWNER": (_no_owner, Severity.WARNING, "add 'owner:' with a team that answers for the file"),
    "IGNORED_ABSENT": (_ignored_absent, Severity.WARNING, "remove it from 'ignore'"),
}
"""Every check by its code, with its severity and what to do. A code never changes its meaning."""
