"""Answers already given to a write: what is remembered of one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a write: an HTTP status and a JSON body of counts."""

    status: int
    body: str
