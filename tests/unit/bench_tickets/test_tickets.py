"""The replay of a log of tickets: what is known when, what counts as misrouted, what a yardstick may see."""

import gzip
import json
import sys
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from bench import tickets as bench
from bench.tickets import HOSTILE, Answer, Ticket, calibration_error, replay, report, tickets_of
from router.model.experience import Answered, Question
from router.stages.experience import Prediction, features_of, given_to
from tests.builders import START

LOG = Path(__file__).parents[4] / "shared/corpus/tickets/servicenow_dev.jsonl.gz"


def ticket(hours: float, symptom: str, *path: str) -> Ticket:
    """A ticket that opens so many hours into the story."""
    at = START + timedelta(hours=hours)
    return Ticket(f"T{hours:08.2f}", at, symptom, features_of("", "", {"symptom": symptom}), path)


def said(team: str, share: float) -> Prediction:
    """An answer that rests on enough."""
    answered = Answered(question=Question.WHO, team=team, share=int(share * 1000))
    return Prediction(team, share, 20, 20, "", answered, (("symptom", "x"),))


def answer(asked: Ticket, alone: Prediction, knowing_first: Prediction | None = None) -> Answer:
    """What was answered to a ticket."""
    return Answer(asked, (alone,), (knowing_first,) if knowing_first else (), "", 0.0, ())


def row(number: int, symptom: str, *path: str) -> dict[str, object]:
    """A line of a log."""
    labels = {"subcategory": "s", "category": "c", "location": "l", "made_sla": "True", "reassignments": 9}
    at = (START + timedelta(hours=number)).replace(tzinfo=None).isoformat()
    return {"number": f"T{number:05}", "opened_at": at, "symptom": symptom, "path": list(path), **labels}


def figures(document: dict) -> dict:
    """A report without what differs from run to run."""
    return {name: value for name, value in document.items() if not name.startswith("microseconds")}


def test_nothing_is_known_of_a_ticket_before_it_ended():
    """Each team on the path keeps it for the assumed hours; a ticket in between hears nothing of it."""
    log = [ticket(0, "x", "a", "b"), ticket(47, "x", "a"), ticket(48, "x", "a")]
    answers = list(replay(log, hours=24))
    assert [bool(one.alone) for one in answers] == [False, False, True]
    assert answers[2].alone[0].team == "b"
    assert [one.by_symptom for one in answers] == ["", "", "b"]


def test_how_a_ticket_went_is_no_feature_of_it(tmp_path):
    """Made its SLA, reassigned so often: that is known in the end, not when it opens."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(orjson.dumps(row(1, "x", "a")))
    names = {name for name, _ in tickets_of(path)[0].features}
    assert names == {"symptom", "subcategory", "category", "location"}


def test_tickets_come_in_the_order_of_time_plain_or_gzip(tmp_path):
    """Whatever the order of lines; a line without a path teaches nothing."""
    lines = b"\n".join(orjson.dumps(r) for r in (row(2, "x", "a"), row(1, "x", "b"), row(3, "x")))
    plain, packed = tmp_path / "log.jsonl", tmp_path / "log.jsonl.gz"
    plain.write_bytes(lines)
    packed.write_bytes(gzip.compress(lines))
    assert [one.last for one in tickets_of(plain)] == ["b", "a"]
    assert tickets_of(plain) == tickets_of(packed)


def test_a_log_may_lack_labels_and_name_its_time_zone(tmp_path):
    """What is not there is no feature; a time with an offset is that time."""
    path = tmp_path / "log.jsonl"
    line = {
        "number": 7,
        "opened_at": "2026-03-01T10:00:00+02:00",
        "symptom": None,
        "category": "c",
        "path": ["a"],
    }
    path.write_bytes(orjson.dumps(line))
    (one,) = tickets_of(path)
    assert (one.features, one.symptom, one.at.utctimetuple().tm_hour) == ((("category", "c"),), "", 8)


@pytest.mark.parametrize("arguments", [["--split", "1"], []])
def test_what_cannot_be_scored_is_refused(arguments, tmp_path, monkeypatch):
    """Nothing after the split, or nothing at all: a usage error, not a division by zero."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"")
    monkeypatch.setattr(sys, "argv", ["tickets", "--cases", str(path), *arguments])
    with pytest.raises(SystemExit) as refused:
        bench.main()
    assert refused.value.code == 2


def test_ownership_that_moves_is_learned_where_a_fixed_table_is_wrong():
    """The symptom goes to another team from the middle on: hand-overs teach that."""
    log = [ticket(n, "x", "a", "a" if n < 400 else "b") for n in range(0, 1600, 8)]
    document = report(list(replay(log, hours=4)), split=0.5)
    assert document["yardstick_symptom_top1"] == 0.0
    assert document["top1"] > 0.5
    assert document["misrouted"]["today"] == 1.0
    assert document["misrouted"]["second_opinion_where_sure_else_today"] < 0.5


def test_only_what_comes_after_the_split_is_scored():
    """The share before it is for learning; the yardstick's table is made of it alone."""
    log = [ticket(n, "x", "a" if n < 50 else "b") for n in range(100)]
    document = report([answer(one, said("b", 0.9)) for one in log], split=0.5)
    assert document["tested"] == 50
    assert (document["top1"], document["yardstick_symptom_top1"]) == (1.0, 0.0)


def test_a_router_that_is_not_sure_leaves_it_with_whom_people_chose():
    """Misrouted shares: today's, the router's alone, and the router's where it is sure."""
    log = [
        answer(ticket(0, "x", "a", "b"), said("b", 0.9), said("b", 0.9)),
        answer(ticket(1, "x", "a", "b"), said("b", 0.3), said("b", 0.3)),
        answer(ticket(2, "x", "a"), said("b", 0.3), said("a", 0.9)),
        answer(ticket(3, "x", "a"), said("b", 0.9), said("a", 0.9)),
    ]
    document = report(log, split=0.0)
    assert document["misrouted"] == {
        "today": 0.5,
        "router_alone": 0.5,
        "router_where_sure_else_today": 0.5,
        "best_knowing_first_team": 0.0,
        "second_opinion_where_sure_else_today": 0.25,
    }
    assert (document["sure"]["coverage"], document["sure"]["right"]) == (0.5, 0.5)
    assert (document["second_opinions"]["coverage"], document["second_opinions"]["right"]) == (0.25, 1.0)


def test_calibration_error_is_the_distance_between_said_and_right():
    """Ten answers that said 80% and of which seven were right are off by a tenth."""
    answers = [answer(ticket(n, "x", "a" if n < 7 else "b"), said("a", 0.8)) for n in range(10)]
    assert calibration_error(answers) == pytest.approx(0.1)


def test_one_hostile_person_is_named_by_no_answer():
    """Five wrong endings a day among sixteen right ones a day move no best answer."""
    log = [ticket(n * 1.5, f"x{n % 2}", "desk", f"team{n % 2}") for n in range(800)]
    honest = report(list(replay(log, hours=4)), split=0.5)
    attacked = report(list(replay(log, hours=4, hostile=5)), split=0.5)
    assert honest["top1"] == 1.0
    assert attacked["named_the_hostile_team"] == 0.0
    assert attacked["top1"] == 1.0


def test_the_command_prints_one_document(tmp_path, capsys, monkeypatch):
    """With --json one JSON document and nothing else; without, one figure a line."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(row(n, f"x{n % 3}", "a", f"t{n % 3}")) for n in range(60)))
    monkeypatch.setattr(sys, "argv", ["tickets", "--cases", str(path), "--json", "--hours", "1"])
    bench.main()
    document = json.loads(capsys.readouterr().out)
    assert document["tested"] == 18
    assert document["assumed_hours_a_team"] == 1.0
    monkeypatch.setattr(sys, "argv", ["tickets", "--cases", str(path)])
    bench.main()
    assert "\n  router alone: " in capsys.readouterr().out


def test_the_team_that_had_it_first_is_learned_with_the_ticket():
    """What was handed over from a team is told apart from what that team kept."""
    lesson = bench.lesson_of(ticket(0, "x", "a", "b"), START, ())
    assert lesson.features == given_to(features_of("", "", {"symptom": "x"}), "a")
    assert bench.lesson_of(ticket(0, "x", "a"), START, (), wrong=True).team == HOSTILE


@pytest.mark.slow
@pytest.mark.skipif(not LOG.exists(), reason="the corpus is not beside the repository")
def test_it_beats_the_symptom_yardstick_on_a_real_log_and_is_repeatable():
    """The first weeks of a real log: better than the most frequent team by symptom, and the same twice."""
    log = tickets_of(LOG)[:2500]
    document = report(list(replay(log, hours=24)), split=0.7)
    assert document["top1"] > document["yardstick_symptom_top1"] + 0.05
    assert document["top1"] > document["yardstick_symptom_counted_on_top1"] + 0.05
    once, again = (report(list(replay(log[:500], hours=24)), split=0.7) for _ in range(2))
    assert figures(once) == figures(again)
