"""router.yaml and the model's settings."""

import pytest

from router.config.collections_of import Record
from router.config.settings import SHAPE
from router.config.shapes import Duration, Number
from router.model.rules import Settings

OTHERWISE = {
    "triage_team": "triage",
    "company": "company",
    "console_url": "console_url",
    "runbook_url": "runbook_url",
}


NAMES = ("default_owners", "incident_commander", "also")
"""Settings that are no numbers."""


def test_every_setting_can_be_written() -> None:
    """A new setting comes with its key and its note."""
    keys = {OTHERWISE.get(name, name.removesuffix("_seconds")) for name in Settings.model_fields}
    assert keys == SHAPE.fields.keys() - {"runbooks", "faults"}
    assert all(field.note for field in SHAPE.fields.values())


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in (*OTHERWISE, *NAMES)])
def test_limits_are_those_of_the_model(name: str) -> None:
    """What the shape lets through, the model takes."""
    shape = SHAPE.fields[name.removesuffix("_seconds")].shape
    assert isinstance(shape, Duration | Number)
    for value in (shape.least, shape.most):
        if value is not None:
            Settings(triage_team="ops", **{name: value})
    assert isinstance(SHAPE, Record)
