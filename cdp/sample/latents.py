"""What drives people's behaviour: the companies' facts follow from it, with noise of their own."""

from dataclasses import dataclass

import numpy as np

from cdp.sample.draws import Floats, stream
from cdp.sample.people import People
from cdp.sample.population import Population


@dataclass(frozen=True, slots=True)
class Latents:
    """By person, (n,): yearly income in yen; the rest from 0 to 1."""

    income_jpy: Floats
    shopping: Floats
    wanderlust: Floats
    caution: Floats
    openness: Floats
    """How readily the person agrees to the use of data."""


def latents_of(population: Population, people: People) -> Latents:
    """The latents of all people; income peaks in middle age, travel follows income."""
    rng = stream(population.seed, "latents")
    size = len(people)
    age = (population.day - people.birth).astype(np.int64) / 365.25
    peak = np.exp(-(((age - 50.0) / 22.0) ** 2))
    income = np.exp(rng.normal(14.7, 0.45, size)) * (0.55 + 0.75 * peak)
    wealthy = np.clip(income / 1.2e7, 0.0, 1.0)
    return Latents(
        income_jpy=income,
        shopping=rng.beta(1.6, 3.0, size),
        wanderlust=np.clip(0.7 * rng.beta(1.4, 3.4, size) + 0.3 * wealthy, 0.0, 1.0),
        caution=np.clip(0.6 * rng.random(size) + 0.4 * np.clip((age - 25.0) / 55.0, 0.0, 1.0), 0.0, 1.0),
        openness=rng.beta(2.4, 1.7, size),
    )
