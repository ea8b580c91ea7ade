"""Labelled days of made-up companies, from a simulation of what happens in the plant, not of what alerts."""
