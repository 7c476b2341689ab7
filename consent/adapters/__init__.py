"""The only modules of this package that touch the world: stores, files, clock, randomness."""
