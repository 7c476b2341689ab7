"""Measures the product on whatever machine it stands: `python -m benchmarks`, or `make bench`.

Machines differ and swing, so what counts are ratios: each thing is timed in turns with something bare that does the
least the same job could cost, in the same process and on the same database settings, and the ratio of each turn is
taken before the median. A ratio is a speed divided by the bare speed: 1 is as fast, 0.5 half as fast.
"""
