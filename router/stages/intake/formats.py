"""The table of formats: what `format` in sources.yaml may say. A new format is a module and a line here."""

from collections.abc import Callable
from typing import NamedTuple

from router.stages.intake import alertmanager, dbt, native, openlineage
from router.stages.intake.claim import Claim, Context
from router.stages.intake.record import Document, SourceRecord


class Format(NamedTuple):
    """How to read one format: `unwrap` parses a record within bounds, `claims` reads what the document
    says.

    Both raise RejectedEvent when the whole record cannot be used. `repeats`: whether two events that differ
    in nothing but their top-level `id` and `time` say the same of another moment (see `memo.py`).
    """

    unwrap: Callable[[SourceRecord], Document]
    claims: Callable[[Document, Context], list[Claim]]
    repeats: bool = False


FORMATS: dict[str, Format] = {
    "native": Format(native.unwrap, native.claims, repeats=True),
    "alertmanager": Format(alertmanager.unwrap, alertmanager.claims),
    "openlineage": Format(openlineage.unwrap, openlineage.claims),
    "dbt": Format(dbt.unwrap, dbt.claims),
}
"""Format name -> how to read it."""
