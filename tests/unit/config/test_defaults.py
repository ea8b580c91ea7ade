"""What the defaults will do, in sentences."""

import shutil
from pathlib import Path

from router.config.defaults import explain_defaults
from router.config.load import load
from tests.unit.config.bad_rules import BAD_RULES


def test_every_default_that_decides_something_is_told() -> None:
    """In the order of the files."""
    told = explain_defaults(load(BAD_RULES / "base"))
    assert (
        told[0]
        == "settle: an incident is told 2m after it opened, so that causes that report late can arrive"
    )
    told_of_handovers = (
        "max_handovers: handed over 3 times, an incident is moved no more by evidence, "
        "and by people to the incident commander"
    )
    assert told_of_handovers in told
    assert not any(sentence.startswith("owners:") for sentence in told)
    assert "escalates_to: after ops, risk, sales nobody else is told" in told
    assert "routes: an incident that no route matches is told in its owner's own channel" in told
    assert "namespace: source dbt finds components by their known_as under dbt" in told


def test_what_the_rules_say_themselves_is_not_told(tmp_path: Path) -> None:
    """A sentence disappears when the rules take its matter up."""
    folder = Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))
    with (folder / "router.yaml").open("a") as router:
        router.write("settle: 5m\n")
    with (folder / "routes.yaml").open("a") as routes:
        routes.write('  - {name: rest, channel: "#all"}\n')
    told = explain_defaults(load(folder))
    assert not any(sentence.startswith(("settle:", "routes:")) for sentence in told)


def test_short_delays_and_silent_teams_are_told(tmp_path: Path) -> None:
    """The default delay, the triage desk's channel, and faults that nobody owns."""
    folder = Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))
    for file, old, new in (
        ("workflows/orders.yaml", "{erp.orders: 15m..6h}", "{erp.orders: }"),
        ("teams.yaml", 'channel: "#data", ', ""),
        ("router.yaml", "it: ops, data: data", "data: data"),
        ("workflows/orders.yaml", "owners: {it: ops}, ", ""),
    ):
        (folder / file).write_text((folder / file).read_text().replace(old, new))
    told = explain_defaults(load(folder))
    assert "depends_on: along 1 of 1 edges a failure shows within 5m" in told
    assert "channel: data are told in #ops, the triage desk's channel" in told
    assert "owners: the triage desk, ops, gets it faults of erp.orders, which name nobody for them" in told
