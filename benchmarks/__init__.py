"""Measurements of the hot paths beside their baselines; `make bench`."""
