"""Bytes from existing systems become alerts, changes and heartbeats, or a reason why they do not.

One module a source format, one table of formats (`formats.py`); `read.py` is the door.
"""
