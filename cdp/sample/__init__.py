"""An invented group of six companies and their customers, to try everything on without a real person in sight.

`generate` writes what six partners would deliver: a shop (CSV), a bank (CSV in Shift_JIS), a broker (Parquet), a mobile
operator (NDJSON), a travel agency (CSV with semicolons) and an insurer (Parquet), a contract for each, and the truth
about which records are of one person. Customers are Japanese, Chinese, Taiwanese and Western; they live together, move,
marry, change numbers and mistype, and each company knows another part of it, written in another way. Names are drawn at
random from lists of common ones; no file of real persons is behind them.
"""

from cdp.sample.group import generate
from cdp.sample.manifest import Delivery, Fault, Manifest
from cdp.sample.population import ENTITIES, Population

__all__ = ["ENTITIES", "Delivery", "Fault", "Manifest", "Population", "generate"]
