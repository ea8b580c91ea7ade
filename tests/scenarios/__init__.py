"""Behaviours, one a file, on the simulator's virtual clock."""
