"""The table of formats is what the operator's rules may name."""

from router.model.rules import Source
from router.stages.intake.formats import FORMATS


def test_the_table_holds_the_formats_we_promise() -> None:
    """`format` in sources.yaml; names may be added, never taken away."""
    assert {"native", "alertmanager", "openlineage", "dbt"} <= set(FORMATS)


def test_only_formats_with_ids_and_times_of_their_own_can_repeat() -> None:
    """The memory relies on a top-level id and time, which CloudEvents have."""
    assert [name for name, found in FORMATS.items() if found.repeats] == ["native"]


def test_a_source_may_name_any_of_them() -> None:
    """The model leaves the check to the linter."""
    for name in FORMATS:
        assert Source(name="s", topics=("t",), format=name).format == name
