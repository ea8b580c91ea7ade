"""What peers decide, case by case, and whether we decide the same.

Where we differ on purpose, docs/compatibility.md says why.
"""
