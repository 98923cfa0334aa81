"""Measurements: what the design costs and gains, as ratios within one run on one machine."""
