"""A log of tickets replayed in time order: does the router learn from hand-overs who owns what?

    python -m bench.tickets --cases FILE [--split 0.7] [--hours 24] [--hostile 0] [--json]

reads tickets (JSON Lines, plain or gzip: `number, opened_at, category, subcategory, symptom, location, path`, where
`path` is the teams that had the ticket, in order) and replays them. When a ticket opens, experience is asked who will
have it in the end; it knows the tickets that had ended by then and no other. The log says when a ticket opened and
not when it ended, so the end is assumed: each team on the path keeps the ticket for `--hours`. Persons are not in the
log: each ticket is taken as the word of another one.

What is printed is about the tickets after the first `--split` of the log. Yardsticks on the same tickets: the most
frequent last team of the same symptom before the split; the same, counted on as tickets end; the team that people
gave it to first.
"""

import argparse
import gzip
import heapq
import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from router.model.experience import Answered, Combination, Experience, Lesson
from router.stages.experience import (
    MIN_SHARE,
    MORE_OFTEN_THAN_NOT,
    Prediction,
    features_of,
    given_to,
    predict,
    proposed,
    standing,
)

LABELS = ("symptom", "subcategory", "category", "location")
"""What is known of a ticket when it opens; how it went (`made_sla`, `reassignments`) is not."""


HOSTILE = "hostile"
"""The person who teaches what is wrong, and the team that this person names, with `--hostile`."""


class Ticket(NamedTuple):
    """A ticket as it opens, and the path of teams that it will travel."""

    number: str
    at: datetime
    symptom: str
    features: Combination
    path: tuple[str, ...]

    @property
    def last(self) -> str:
        """The team it ends with."""
        return self.path[-1]


class Answer(NamedTuple):
    """What was answered when a ticket opened: by experience, by experience that knows the first team, by symptom.

    `seconds` is what the answer took, `learned_seconds` what each ticket took that was learned since the last one.
    """

    ticket: Ticket
    alone: tuple[Prediction, ...]
    knowing_first: tuple[Prediction, ...]
    by_symptom: str
    seconds: float
    learned_seconds: tuple[float, ...]


def tickets_of(path: Path) -> list[Ticket]:
    """The tickets of a file in the order in which they opened; one without a path teaches nothing and is left out."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        rows = [orjson.loads(line) for line in lines if line.strip()]
    found = [ticket_of(row) for row in rows if row.get("path")]
    return sorted(found, key=lambda ticket: (ticket.at, ticket.number))


def ticket_of(row: dict[str, Any]) -> Ticket:
    """A line of the log. A label may be missing; a time without a zone is UTC."""
    at = datetime.fromisoformat(row["opened_at"])
    labels = {label: str(row.get(label) or "") for label in LABELS}
    return Ticket(
        str(row["number"]),
        at if at.tzinfo else at.replace(tzinfo=UTC),
        labels["symptom"],
        features_of("", "", labels, LABELS),
        tuple(row["path"]),
    )


def replay(tickets: Sequence[Ticket], hours: float, hostile: int = 0) -> Iterator[Answer]:
    """Ask when a ticket opens, learn when it ends, in the order of time.

    The first `hostile` tickets that end on a day are handed to a wrong team, always the same, by one person.
    """
    ended_on: Counter[date] = Counter()
    experience = Experience()
    endings: dict[str, Counter[str]] = defaultdict(Counter)
    running: list[tuple[datetime, str, Ticket, tuple[Answered, ...]]] = []
    for ticket in tickets:
        learned: list[float] = []
        while running and running[0][0] <= ticket.at:
            ended_at, _, ended, answers = heapq.heappop(running)
            ended_on[ended_at.date()] += 1
            wrong = ended_on[ended_at.date()] <= hostile
            learned.append(learn(experience, lesson_of(ended, ended_at, answers, wrong)))
            endings[ended.symptom][ended.last] += 1
            endings[""][ended.last] += 1
        began = time.perf_counter()
        alone = predict(experience, ticket.features, ticket.at)
        seconds = time.perf_counter() - began
        knowing_first = predict(experience, given_to(ticket.features, ticket.path[0]), ticket.at)
        yield Answer(ticket, alone, knowing_first, most(endings, ticket.symptom), seconds, tuple(learned))
        ends_at = ticket.at + timedelta(hours=hours * len(ticket.path))
        answers = tuple(best.answered for best in (*alone[:1], *knowing_first[:1]))
        heapq.heappush(running, (ends_at, ticket.number, ticket, answers))


def learn(experience: Experience, lesson: Lesson) -> float:
    """Take a lesson in as a scope does, with what the decision says of it; returns the seconds that took."""
    began = time.perf_counter()
    standing(experience, lesson, lesson.at)
    experience.add(lesson)
    for key in experience.beyond_bounds():
        experience.remove(key)
    standing(experience, lesson, lesson.at)
    return time.perf_counter() - began


def lesson_of(ticket: Ticket, at: datetime, answers: tuple[Answered, ...], wrong: bool = False) -> Lesson:
    """What an ended ticket teaches, or what a hostile person makes of it."""
    return Lesson(
        incident=ticket.number,
        at=at,
        team=HOSTILE if wrong else ticket.last,
        actor=HOSTILE if wrong else f"whoever ended {ticket.number}",
        features=given_to(ticket.features, ticket.path[0]),
        answers=answers,
    )


def most(endings: dict[str, Counter[str]], symptom: str) -> str:
    """The most frequent last team of this symptom; of all tickets, where the symptom is new."""
    counts = endings.get(symptom) or endings.get("") or Counter({"": 1})
    return min(counts, key=lambda team: (-counts[team], team))


def report(answers: Sequence[Answer], split: float) -> dict[str, Any]:
    """The figures about the tickets after the first `split` of the log."""
    first = int(len(answers) * split)
    tested = answers[first:]
    before: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers[:first]:
        before[answer.ticket.symptom][answer.ticket.last] += 1
        before[""][answer.ticket.last] += 1
    sure = [answer for answer in tested if proposed(answer.alone)]
    moved = [answer for answer in tested if behind(answer) != answer.ticket.path[0]]
    return {
        "bench": "tickets",
        "tickets": len(answers),
        "tested": len(tested),
        "from": tested[0].ticket.at.isoformat(),
        "top1": share(top(answer.alone, answer) for answer in tested),
        "top1_knowing_first_team": share(top(a.knowing_first, a) for a in tested),
        "top3": share(top(answer.alone, answer, 3) for answer in tested),
        "yardstick_symptom_top1": share(most(before, a.ticket.symptom) == a.ticket.last for a in tested),
        "yardstick_symptom_counted_on_top1": share(a.by_symptom == a.ticket.last for a in tested),
        "yardstick_first_team_top1": share(a.ticket.path[0] == a.ticket.last for a in tested),
        "misrouted": {
            "today": share(a.ticket.path[0] != a.ticket.last for a in tested),
            "router_alone": share(not top(a.alone, a) for a in tested),
            "router_where_sure_else_today": share(where_sure(a) != a.ticket.last for a in tested),
            "best_knowing_first_team": share(not top(a.knowing_first, a) for a in tested),
            "second_opinion_where_sure_else_today": share(behind(a) != a.ticket.last for a in tested),
        },
        "sure": {
            "from_share": MIN_SHARE,
            "coverage": round(len(sure) / len(tested), 4),
            "said": mean(answer.alone[0].share for answer in sure),
            "right": share(top(answer.alone, answer) for answer in sure),
            "first_team_right": share(a.ticket.path[0] == a.ticket.last for a in sure),
        },
        "second_opinions": {
            "from_share": MORE_OFTEN_THAN_NOT,
            "coverage": round(len(moved) / len(tested), 4),
            "said": mean(answer.knowing_first[0].share for answer in moved),
            "right": share(behind(answer) == answer.ticket.last for answer in moved),
            "first_team_right": share(a.ticket.path[0] == a.ticket.last for a in moved),
        },
        "named_the_hostile_team": share(p.team == HOSTILE for a in tested for p in a.alone[:1]),
        "calibration_error": calibration_error(tested),
        "calibration_error_knowing_first_team": calibration_error(tested, knowing_first=True),
        "microseconds_to_answer": microseconds(answer.seconds for answer in tested),
        "microseconds_to_learn": microseconds(s for answer in tested for s in answer.learned_seconds),
    }


def top(predictions: Sequence[Prediction], answer: Answer, best: int = 1) -> bool:
    """Whether the team that a ticket ended with is among so many best."""
    return answer.ticket.last in [prediction.team for prediction in predictions[:best]]


def where_sure(answer: Answer) -> str:
    """The team that has it when experience proposes where it is sure, and people decide the rest as today."""
    proposal = proposed(answer.alone)
    return proposal.team if proposal else answer.ticket.path[0]


def behind(answer: Answer) -> str:
    """The team that has it when experience may move on what people gave to the first team."""
    opinion = proposed(answer.knowing_first, MORE_OFTEN_THAN_NOT)
    return opinion.team if opinion else answer.ticket.path[0]


def share(hits: Iterable[bool]) -> float:
    """The share of true ones, 0 of none."""
    counted = list(hits)
    return round(sum(counted) / len(counted), 4) if counted else 0.0


def microseconds(seconds: Iterable[float]) -> dict[str, int]:
    """Median and 99th percentile; 0 of none."""
    taken = sorted(seconds) or [0.0]
    return {
        "median": round(statistics.median(taken) * 1e6),
        "p99": round(taken[int(len(taken) * 0.99)] * 1e6),
    }


def mean(values: Iterable[float]) -> float:
    """The mean, 0 of none."""
    return round(statistics.fmean([*values] or [0.0]), 4)


def calibration_error(answers: Sequence[Answer], knowing_first: bool = False) -> float:
    """Expected calibration error of the best answer, ten equal bins."""
    bins: dict[int, list[float]] = defaultdict(list)
    for answer in answers:
        predictions = answer.knowing_first if knowing_first else answer.alone
        said = predictions[0].share if predictions else 0.0
        bins[min(int(said * 10), 9)].append(said - top(predictions, answer))
    return round(sum(abs(sum(off)) for off in bins.values()) / len(answers), 4)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--split", type=float, default=0.7, help="the share of the log that is not scored")
    parser.add_argument("--hours", type=float, default=24.0, help="how long each team on the path keeps it")
    parser.add_argument(
        "--hostile", type=int, default=0, help="tickets a day that one person teaches wrongly"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document and nothing else")
    arguments = parser.parse_args()
    if not 0 <= arguments.split < 1:
        parser.error("--split is a share of the log, from 0 to below 1")
    answers = list(replay(tickets_of(arguments.cases), arguments.hours, arguments.hostile))
    if not answers:
        parser.error(f"{arguments.cases} holds no ticket with a path")
    document = report(answers, arguments.split)
    document |= {"assumed_hours_a_team": arguments.hours, "hostile_a_day": arguments.hostile}
    print(json.dumps(document) if arguments.json else text(document))


def text(document: dict[str, Any], indent: str = "") -> str:
    """The document for people, one figure a line."""
    lines: list[str] = []
    for name, value in document.items():
        label = indent + name.replace("_", " ")
        lines += [label, text(value, indent + "  ")] if isinstance(value, dict) else [f"{label}: {value}"]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
