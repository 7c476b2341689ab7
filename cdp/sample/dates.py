"""Birth dates as each company writes them, made once for every day that can occur."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from cdp.sample.draws import Days

_FIRST = date(1925, 1, 1)
_DAYS = 45_000
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
)


def era(day: date) -> str:
    """The Japanese date: 昭和59年3月5日, the first year of an era as 元年."""
    start, name = next(found for found in _ERAS if day >= found[0])
    year = day.year - start.year + 1
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def airline(day: date) -> str:
    """The date as tickets have it: 05-MAR-1984."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}"


def slashes(day: date) -> str:
    """1984/03/05."""
    return f"{day.year}/{day.month:02d}/{day.day:02d}"


def compact(day: date) -> str:
    """19840305."""
    return f"{day.year}{day.month:02d}{day.day:02d}"


def points(day: date) -> str:
    """05.03.1984."""
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def written(days: Days, style: Callable[[date], str]) -> Any:
    """The days as text in `style`, null for NaT. Days are from 1925 to 2048."""
    missing = np.isnat(days)
    places = (days - np.datetime64(_FIRST)).astype(np.int64)
    return _table(style).take(pa.array(np.where(missing, 0, places), mask=missing))


@cache
def _table(style: Callable[[date], str]) -> Any:
    return pa.array([style(_FIRST + timedelta(days=place)) for place in range(_DAYS)], pa.string())
