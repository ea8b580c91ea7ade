"""Generated schemas: current, true of what is written, and guarded against breaking readers."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from pydantic import BaseModel

from router.kafka import schemas
from router.kafka.codec import encode, encode_checkpoint
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.input import Command, Tick, Verb
from router.model.ledger import LedgerEntry, SourceConsumed
from router.model.record import AppliedCommand, ScopeHeader

FOLDER = Path(__file__).parents[3] / "topics"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_files_are_current() -> None:
    """After a change of the models: `python -m router.kafka.schemas`."""
    assert [path.name for path in schemas.stale(FOLDER)] == []


def test_no_file_is_left_over() -> None:
    """Every schema in the folder has its model."""
    assert {path.stem for path in (FOLDER / "schemas").iterdir()} == set(schemas.SCHEMAS)


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_each_schema_is_valid_and_explained(name: str) -> None:
    """By its dialect's own schema; with a title and a description for people, and open to new fields."""
    made = schemas.schema(name)
    Draft202012Validator.check_schema(made)
    assert made["title"]
    assert made["description"]
    assert '"additionalProperties": false' not in json.dumps(made)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("input", Tick()),
        ("input", Command(id="1", scope="s", verb=Verb.ACKNOWLEDGE, actor="U1", at=NOW)),
        ("state-record", ScopeHeader(scope="s", applied={"t/0": 4})),
        ("state-record", AppliedCommand(id="1", due=NOW)),
        (
            "decision",
            Decision(
                scope="s",
                number=1,
                at=NOW,
                reason=Reason.OPENED_NEW_FAILURE,
                text="t",
                rules="r",
                outcome=Outcome.OPENED,
                positions=(Position(topic="t", partition=0, offsets=(1, 2)),),
            ),
        ),
        (
            "ledger-entry",
            LedgerEntry(
                intake="i",
                rules="r",
                at=NOW,
                sources=(SourceConsumed(topic="t", partition=0, consumed=((1, 3),), parts={2: 4}),),
            ),
        ),
    ],
)
def test_what_we_write_is_what_the_schema_says(name: str, value: BaseModel) -> None:
    """Defaults may be absent, the tag never is."""
    validator = Draft202012Validator(schemas.schema(name))
    validator.validate(json.loads(encode(value)))
    assert not validator.is_valid({})


def test_a_checkpoint_is_a_value_of_the_state_topic() -> None:
    """It shares the topic with the records."""
    Draft202012Validator(schemas.schema("state-record")).validate(json.loads(encode_checkpoint(4)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A topics folder that a test may spoil, with current files."""
    shutil.copytree(FOLDER, tmp_path / "topics")
    monkeypatch.setattr(schemas, "shipped_dir", lambda _: tmp_path / "topics")
    for path, text in schemas.files(tmp_path / "topics").items():
        path.write_text(text)
    return tmp_path / "topics"


def test_writing_twice_changes_nothing(folder: Path) -> None:
    """The same models, the same bytes."""
    before = {path: path.read_text() for path in folder.rglob("*.*")}
    assert schemas.main([]) == 0
    assert {path: path.read_text() for path in folder.rglob("*.*")} == before
    assert schemas.main(["--check"]) == 0


def test_a_stale_file_is_named_and_mended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` only looks."""
    (folder / "asyncapi.yaml").unlink()
    assert schemas.main(["--check"]) == 1
    assert "asyncapi.yaml is not current" in capsys.readouterr().err
    assert schemas.main([]) == 0
    assert (folder / "asyncapi.yaml").exists()


def test_a_schema_that_would_break_readers_is_not_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only when told to in so many words."""
    path = folder / "schemas" / "decision.json"
    old = json.loads(path.read_text())
    old["properties"]["verdict"] = {"type": "string"}
    path.write_text(json.dumps(old))
    for arguments in ([], ["--check"]):
        assert schemas.main(arguments) == 1
        assert "decision: $.verdict: was removed" in capsys.readouterr().err
    assert json.loads(path.read_text()) == old
    assert schemas.main(["--incompatible"]) == 0
    assert json.loads(path.read_text()) == schemas.schema("decision")


def test_an_unknown_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With the usage."""
    assert schemas.main(["--force"]) == 2
    assert "usage" in capsys.readouterr().err
