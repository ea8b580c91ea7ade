"""`router schedule`: who is on call, the coming shifts, and calendars in and out."""

import shutil
from pathlib import Path

import orjson
import pytest

from router.cli.main import execute
from tests.unit.config.bad_rules import BAD_RULES

RULES = """
schedules:
  ops:
    name: Operations
    time_zone: Europe/Berlin
    team: ops
    layers:
      - name: week
        members: [U0001, ann@acme.example]
        starts: 2026-01-05
        ends: 2026-03-02
"""


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """A rules folder with one schedule that ends in March."""
    folder = tmp_path / "rules"
    shutil.copytree(BAD_RULES / "base", folder)
    (folder / "schedules.yaml").write_text(RULES)
    return str(folder)


def test_who_names_the_people_and_until_when(rules, capsys):
    """A moment without a zone is one of the schedule's own clock."""
    assert execute(["schedule", "who", "ops", "--rules", rules, "--at", "2026-01-12 09:00"]) == 0
    assert capsys.readouterr().out == "ann@acme.example (week), until Mon 2026-01-19 09:00 Europe/Berlin\n"
    assert execute(["schedule", "who", "ops", "--rules", rules, "--at", "2026-01-12T07:59Z"]) == 0
    assert capsys.readouterr().out.startswith("U0001 (week)")


def test_who_says_that_nobody_is_and_who_is_told_then(rules, capsys):
    """That is a finding: exit code 1."""
    assert execute(["schedule", "who", "ops", "--rules", rules, "--at", "2026-04-01T00:00Z"]) == 1
    assert capsys.readouterr().out == "nobody is on call; ops is told\n"
    assert execute(["schedule", "who", "ops", "--rules", rules, "--at", "2026-04-01T00:00Z", "--json"]) == 1
    document = orjson.loads(capsys.readouterr().out)
    assert document == {"schedule": "ops", "at": "2026-04-01T00:00:00Z", "who": [], "until": None}


def test_show_lists_shifts_and_gaps_in_the_schedule_s_time(rules, capsys):
    """Fourteen days unless asked otherwise."""
    assert execute(["schedule", "show", "ops", "--rules", rules, "--at", "2026-02-20 12:00"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[-3:] == [
        ["Fri", "2026-02-20", "12:00", "Mon", "2026-02-23", "09:00", "U0001", "week"],
        ["Mon", "2026-02-23", "09:00", "Mon", "2026-03-02", "00:00", "ann@acme.example", "week"],
        ["Mon", "2026-03-02", "00:00", "Fri", "2026-03-06", "12:00", "NOBODY", "gap"],
    ]
    assert execute(["schedule", "show", "ops", "--rules", rules, "--at", "2026-02-20 12:00", "--json"]) == 0
    document = orjson.loads(capsys.readouterr().out)
    assert [shift["who"] for shift in document["shifts"]] == [["U0001"], ["ann@acme.example"]]
    assert document["gaps"] == [{"starts": "2026-03-01T23:00:00Z", "ends": "2026-03-06T11:00:00Z"}]


def test_a_calendar_goes_out_and_comes_back(rules, tmp_path, capsys):
    """What is exported is a schedules.yaml again after the import."""
    from router.config.load import load

    exported, made = tmp_path / "ops.ics", tmp_path / "schedules.yaml"
    at = ["--at", "2026-01-05 09:00"]
    assert (
        execute(["schedule", "export", "ops", "--rules", rules, "--out", str(exported), "--days", "21", *at])
        == 0
    )
    assert execute(["schedule", "import", str(exported), "--out", str(made), "--name", "copied"]) == 1
    said = capsys.readouterr()
    assert "U0001" in said.err  # too short for a Slack id of today, so it needs --person
    made.unlink()
    known = ["--person", "U0001=U0001"]
    assert execute(["schedule", "import", str(exported), "--out", str(made), "--name", "copied", *known]) == 0
    shutil.copy(made, Path(rules) / "schedules.yaml")
    copied = load(Path(rules)).schedules["copied"]
    starts = copied.layers[0].fixed[1].starts
    assert f"{starts:%m-%d %H:%M}" == "01-12 09:00"
    assert copied.people == ("U0001", "ann@acme.example")


def test_nothing_is_overwritten(rules, tmp_path, capsys):
    """An existing file stays as it is."""
    made = tmp_path / "schedules.yaml"
    made.write_text("mine")
    assert execute(["schedule", "import", str(made), "--out", str(made)]) == 2
    assert made.read_text() == "mine"


def test_an_unknown_schedule_or_moment_is_a_mistake_of_usage(rules, capsys):
    """Exit code 2, with the name that was meant."""
    assert execute(["schedule", "who", "opps", "--rules", rules]) == 2
    assert 'did you mean "ops"' in capsys.readouterr().err
    assert execute(["schedule", "show", "ops", "--rules", rules, "--at", "noon"]) == 2


def test_a_shift_keeps_its_id_in_later_exports(rules, capsys):
    """A calendar that subscribes shows it once."""
    found = []
    for at in ("2026-01-13 10:00", "2026-01-15 12:00"):
        assert execute(["schedule", "export", "ops", "--rules", rules, "--days", "2", "--at", at]) == 0
        found.append([line for line in capsys.readouterr().out.splitlines() if line.startswith("UID")])
    assert found[0] == found[1]
    assert len(found[0]) == 1
