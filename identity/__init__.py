"""Who is it: resolves source records of many companies to one person on blind, keyed tokens."""
