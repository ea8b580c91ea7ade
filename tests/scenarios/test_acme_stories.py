"""Every story of acme ends in exactly the incidents, causes and owners that a senior engineer would name."""

import random
from collections import Counter

import orjson
import pytest

from router.recording import Recorded, read_recordings
from router.replay import Replay, read_and_replay
from tests.scenarios.acme import recording, rules, stories

NAMES = sorted(stories())


@pytest.mark.parametrize("name", NAMES)
def test_a_story_gives_the_expected_incidents_causes_and_owners(name):
    """One incident a failure, with its cause, its fault and its accountable team, and no other incident."""
    document = read_and_replay(rules(), [recording(name)]).document()
    expected = [
        (i["cause"]["component"], i["cause"]["fault"], i["owner"], i["owner_kind"], i["state"])
        for i in stories()[name]["incidents"]
    ]
    got = [
        (i["cause"]["component"], i["cause"]["fault"], i["owner"]["team"], i["owner"]["kind"], i["state"])
        for i in document["incidents"]
    ]
    assert Counter(got) == Counter(expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_story_s_alerts_are_members_of_their_incident_and_of_no_other(name):
    """Members are the story's alerts and what resolved them, to the event."""
    document = read_and_replay(rules(), [recording(name)]).document()
    got = {i["cause"]["component"]: set(i["members"]) for i in document["incidents"]}
    for incident in stories()[name]["incidents"]:
        members = got[incident["cause"]["component"]]
        assert members == set(incident["alerts"]) | set(incident["resolves"])
        assert set(incident["workflows"]) <= {
            workflow
            for i in document["incidents"]
            if i["cause"]["component"] == incident["cause"]["component"]
            for workflow in i["workflows"]
        }


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_a_story_has_exactly_one_outcome(name):
    """Law 1: outcomes add up to events, and what is bad is rejected with the expected code."""
    events = list(read_recordings([recording(name)]))
    replay = Replay(rules(), events)
    document = replay.document()
    assert Counter(r["code"] for r in document["rejected"]) == Counter(stories()[name]["rejected"])
    assert len(document["ignored"]) == stories()[name]["counts"]["ignored"]
    touched = {r["index"] for r in document["rejected"]} | {r["index"] for r in document["ignored"]}
    touched |= {n for p, _ in replay.simulator.heartbeats for n in replay.indexes([p])}
    decided = [n for d in replay.simulator.decisions for n in replay.indexes(d.positions)]
    assert touched | set(decided) == set(range(len(events)))


@pytest.mark.parametrize("name", NAMES)
def test_replaying_a_story_twice_gives_the_same_bytes(name):
    """Same log, same rules: same document, byte for byte."""
    one, two = (orjson.dumps(read_and_replay(rules(), [recording(name)]).document()) for _ in range(2))
    assert one == two


def shuffled(events: list[Recorded], seed: int, lateness_seconds: int) -> list[Recorded]:
    """The same events, each arriving up to the lateness after it was sent."""
    chance = random.Random(seed)
    late = [
        event._replace(
            record=event.record._replace(
                timestamp_ms=event.record.timestamp_ms + chance.randrange(lateness_seconds * 1000)
            )
        )
        for event in events
    ]
    return sorted(late, key=lambda event: event.record.timestamp_ms)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_a_story_shuffled_within_the_lateness_gives_the_same_incidents(name, seed):
    """Each event delayed at random by up to lateness_seconds: same members, cause and owner."""
    events = list(read_recordings([recording(name)]))
    documents = [
        Replay(rules(), log).document()
        for log in (events, shuffled(events, seed, rules().settings.lateness_seconds))
    ]
    one, two = (
        sorted(
            (i["cause"]["component"], i["cause"]["fault"], i["owner"]["team"], i["members"])
            for i in document["incidents"]
        )
        for document in documents
    )
    assert one == two
