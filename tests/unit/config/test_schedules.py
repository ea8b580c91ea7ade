"""schedules.yaml: how rotations, fixed shifts, hours and overrides are read, and what check says of them."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from router.config.load import check, load
from router.model.schedule import Layer, Schedule
from router.model.shifts import on_call
from tests.unit.config.bad_rules import BAD_RULES

WEEK = """
schedules:
  ops-weekly:
    name: Operations
    time_zone: Europe/Berlin
    team: ops
    fallback: ops
    layers:
      - name: week
        members: [U0001, [ann@acme.example, U0001]]
        starts: 2026-01-05
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound rules folder without schedules."""
    return Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))


def read(folder: Path, text: str) -> Schedule:
    """The only schedule of this file."""
    (folder / "schedules.yaml").write_text(text)
    return next(iter(load(folder).schedules.values()))


def layer_of(folder: Path, text: str) -> Layer:
    """The only layer of a schedule with these lines."""
    lines = "".join(f"        {line}\n" for line in text.strip().splitlines())
    return read(folder, f"schedules:\n  s:\n    layers:\n      - name: only\n{lines}").layers[0]


def test_a_rotation_begins_at_nine_and_lasts_a_week_unless_said_otherwise(folder):
    """The shortest form is the usual one."""
    schedule = read(folder, WEEK)
    rotation = schedule.layers[0].rotation
    assert rotation is not None
    assert rotation.starts == datetime(2026, 1, 5, 9)
    assert rotation.every_seconds == 7 * 86_400
    assert rotation.turns == (("U0001",), ("ann@acme.example", "U0001"))
    assert (schedule.zone, schedule.team, schedule.fallback, schedule.title) == (
        "Europe/Berlin", "ops", "ops", "Operations",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "starts", "seconds"),
    [
        ("starts: 2026-01-05\nevery: daily\nhandover: '17:30'", datetime(2026, 1, 5, 17, 30), 86_400),
        ("starts: '2026-01-05 06:00'\nevery: 12h", datetime(2026, 1, 5, 6), 43_200),
        ("starts: 2026-01-05\nevery: 2w", datetime(2026, 1, 5, 9), 14 * 86_400),
    ],
)  # fmt: skip
def test_the_length_of_a_turn_and_its_hour_can_be_given(folder, lines, starts, seconds):
    """Days, hours, weeks; and the time of day at which turns change."""
    rotation = layer_of(folder, f"members: [U0001]\n{lines}").rotation
    assert rotation is not None
    assert (rotation.starts, rotation.every_seconds) == (starts, seconds)


def test_a_later_layer_counts_before_earlier_ones_unless_priorities_are_given(folder):
    """Their place in the file is their priority."""
    text = "schedules:\n  s:\n    layers:\n" + "".join(
        f"      - {{name: l{n}, members: [U000{n}], starts: 2026-01-05{more}}}\n"
        for n, more in ((1, ""), (2, ""), (3, ", priority: 0"))
    )
    schedule = read(folder, text)
    assert [layer.priority for layer in schedule.layers] == [0, 1, 0]
    assert on_call(schedule, datetime(2026, 1, 6, tzinfo=UTC)) == ("U0002",)


def test_hours_may_pass_midnight_and_the_end_of_the_week(folder):
    """Friday night to Monday morning, and the nights between."""
    lines = """
members: [U0001]
starts: 2026-01-05
time_zone: Europe/Berlin
hours:
  - {weekdays: "sunday:thursday", from: "18:00", to: "08:00"}
  - {weekdays: friday, from: "18:00"}
  - {weekdays: saturday}
"""
    layer = layer_of(folder, lines)
    schedule = Schedule(id="s", layers=(layer,))
    local = {
        "2026-01-05 17:59": False, "2026-01-05 18:00": True, "2026-01-06 07:59": True, "2026-01-06 08:00": False,
        "2026-01-09 23:00": True, "2026-01-10 03:00": True, "2026-01-10 12:00": True, "2026-01-11 12:00": False,
        "2026-01-11 18:00": True, "2026-01-12 07:00": True,
    }  # fmt: skip
    for text, held in local.items():
        at = datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=1)
        assert bool(on_call(schedule, at)) is held, text


def test_fixed_shifts_and_overrides_are_read_as_written(folder):
    """Every field of the long form."""
    schedule = read(
        folder,
        """
schedules:
  s:
    layers:
      - name: calendar
        shifts:
          - {starts: "2026-01-10 08:00", lasts: 12h, who: U0001, repeat: "FREQ=WEEKLY;BYDAY=SA",
             except_at: ["2026-01-17 08:00"], also_at: ["2026-01-18 08:00"], time_zone: Asia/Tokyo}
    overrides:
      - {starts: 2026-12-24, ends: "2026-12-26 09:00", who: [ann@acme.example], why: Christmas}
""",
    )
    shift = schedule.layers[0].fixed[0]
    assert shift.model_dump() == {
        "starts": datetime(2026, 1, 10, 8), "seconds": 43_200, "who": ("U0001",), "repeat": "FREQ=WEEKLY;BYDAY=SA",
        "also_at": (datetime(2026, 1, 18, 8),), "except_at": (datetime(2026, 1, 17, 8),), "zone": "Asia/Tokyo",
    }  # fmt: skip
    assert schedule.overrides[0].why == "Christmas"
    assert schedule.overrides[0].starts == datetime(2026, 12, 24)


def test_check_reports_gaps_from_today_on_unless_a_fallback_is_named(folder):
    """A gap of the past is nobody's concern, one that somebody answers for is no gap."""
    text = WEEK.replace("    fallback: ops\n", "").replace("2026-01-05", "2026-03-02")
    (folder / "schedules.yaml").write_text(text)
    found = [f for f in check(folder, date(2026, 2, 1)) if f.code == "R808"]
    assert len(found) == 1
    assert "2026-02-01 01:00 to 2026-03-02 09:00 (Europe/Berlin)" in found[0].message
    assert [f for f in check(folder, date(2026, 4, 1)) if f.code == "R808"] == []
    (folder / "schedules.yaml").write_text(WEEK)
    assert [f for f in check(folder, date(2025, 12, 20)) if f.code == "R808"] == []


def test_the_hash_of_the_rules_follows_their_schedules(folder):
    """Who is on call is part of what decided."""
    (folder / "schedules.yaml").write_text(WEEK)
    first = load(folder).hash
    (folder / "schedules.yaml").write_text(WEEK.replace("[U0001, [", "[[U0001], ["))
    assert load(folder).hash == first
    (folder / "schedules.yaml").write_text(WEEK.replace("Berlin", "Paris"))
    assert load(folder).hash != first
