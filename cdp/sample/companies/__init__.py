"""The six companies of the group, each with its own way to write its customers down."""

from collections.abc import Callable, Mapping
from typing import Any

from cdp.sample.companies import bank, insurance, mobile, securities, shop, travel
from cdp.sample.sheet import Sheet

Columns = dict[str, Any]
"""Arrow arrays by column name, in the order of the file."""

COMPANIES: Mapping[str, Callable[[Sheet], Columns]] = {
    "shop": shop.columns,
    "bank": bank.columns,
    "securities": securities.columns,
    "mobile": mobile.columns,
    "travel": travel.columns,
    "insurance": insurance.columns,
}
