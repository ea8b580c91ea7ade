"""Changed rules are taken up once they are whole and good, between batches; bad ones change nothing and are told."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from router import __version__
from router.kafka.rules_watch import POLL_SECONDS, RulesWatch, files_of
from router.model.errors import Finding, RulesError
from router.model.rules import Rules
from router.telemetry import metrics
from router.telemetry.events import RoleStarted, emit
from tests.builders import a_company

MISTAKE = Finding("routes.yaml", 3, 1, "R401", "no such team")


class Folder:
    """Rules that a test changes; `files` is what a look at them sees."""

    def __init__(self) -> None:
        self.files: object = "first"
        self.rules: Rules | Exception = a_company()
        self.loads = 0
        self.while_loading: Callable[[], None] = lambda: None

    def change(self, files: object, rules: Rules | Exception | None = None) -> None:
        """Other files with other rules (by default: rules of that name)."""
        self.files = files
        self.rules = a_company().model_copy(update={"hash": files}) if rules is None else rules

    def load(self) -> Rules:
        """Read them."""
        self.loads += 1
        self.while_loading()
        if isinstance(self.rules, Exception):
            raise self.rules
        return self.rules


class Clock:
    """Monotonic seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_watch(
    folder: Folder, clock: Clock | None = None, hold_seconds: float = 0.0, role: str = "engine"
) -> RulesWatch:
    """A watch that looks when it is told to."""
    rules = folder.load()
    folder.loads = 0
    return RulesWatch(
        role,
        rules,
        folder.load,
        lambda: folder.files,
        seen=folder.files,
        hold_seconds=hold_seconds,
        clock=clock or Clock(),
    )


def hash_of(rules: Rules | None) -> str:
    return rules.hash if rules else ""


def test_changed_rules_are_taken_up_once_the_folder_is_still() -> None:
    """A copy under way shows other files with every look."""
    folder = Folder()
    watch, current = a_watch(folder), a_company()
    for files in ("half", "nearly", "whole"):
        folder.change(files)
        watch.look()
        assert watch.news(current) is None
    watch.look()
    assert hash_of(watch.news(current)) == "whole"
    assert folder.loads == 1


def test_what_did_not_change_is_not_read_again() -> None:
    """A look costs some system calls."""
    folder = Folder()
    watch = a_watch(folder)
    for _ in range(5):
        watch.look()
    assert folder.loads == 0


def test_sighup_does_not_wait_for_a_second_look() -> None:
    """Whoever sends it says that the files are whole."""
    folder = Folder()
    watch = a_watch(folder)
    folder.change("whole")
    watch.nudge()
    watch.look()
    assert hash_of(watch.news(a_company())) == "whole"


def test_files_that_change_while_they_are_read_are_read_again() -> None:
    """Or half of two versions might be taken for one."""
    folder = Folder()
    watch = a_watch(folder)
    folder.change("half")
    folder.while_loading = lambda: folder.change("whole")
    watch.nudge()
    watch.look()
    assert watch.news(a_company()) is None
    folder.while_loading = lambda: None
    watch.look()
    watch.look()
    assert hash_of(watch.news(a_company())) == "whole"


@pytest.mark.parametrize("failure", [RulesError((MISTAKE, MISTAKE)), OSError("gone"), KeyError("a bug")])
def test_rules_that_cannot_be_used_change_nothing_and_are_told(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Once for each change of the files, with what is wrong; and when they are mended, that is that."""
    folder = Folder()
    watch = a_watch(folder)
    folder.change("bad", failure)
    for _ in range(4):
        watch.look()
    assert watch.news(a_company()) is None
    assert folder.loads == 1
    assert metrics.RULES_REFUSED.labels("engine")._value.get() == 1
    told = [record for record in caplog.records if "rules.refused" in str(record.msg)]
    assert len(told) == 1
    assert told[0].levelname == "ERROR"
    if isinstance(failure, RulesError):
        assert "routes.yaml:3:1 R401 no such team" in str(told[0].msg)
    folder.change("good")
    watch.look()
    watch.look()
    assert hash_of(watch.news(a_company())) == "good"
    assert metrics.RULES_REFUSED.labels("engine")._value.get() == 0


def test_rules_of_the_same_content_are_no_news() -> None:
    """A comment, a touched file, or a mistake that was taken back."""
    folder = Folder()
    watch = a_watch(folder)
    folder.change("touched", a_company())
    watch.look()
    watch.look()
    assert folder.loads == 1
    assert watch.news(a_company()) is None


def test_intake_takes_them_up_later() -> None:
    """By then the engine has them, and alerts follow their incidents to another scope."""
    folder, clock = Folder(), Clock()
    watch = a_watch(folder, clock, hold_seconds=10)
    folder.change("whole")
    watch.nudge()
    watch.look()
    clock.now = 9.9
    assert watch.news(a_company()) is None
    clock.now = 10
    assert hash_of(watch.news(a_company())) == "whole"


def test_a_change_between_reading_and_watching_is_not_missed() -> None:
    """A role waits for brokers in between, perhaps for long."""
    folder = Folder()
    rules = folder.load()
    folder.change("whole")
    watch = RulesWatch("engine", rules, folder.load, lambda: folder.files, seen="first")
    watch.look()
    watch.look()
    assert hash_of(watch.news(rules)) == "whole"


def test_the_hash_of_the_rules_at_work_is_a_metric() -> None:
    """The old one is not shown any more."""
    folder = Folder()
    watch, current = a_watch(folder, role="a role of its own"), a_company()
    emit(RoleStarted("a role of its own", __version__, current.hash))
    folder.change("whole")
    watch.nudge()
    watch.look()
    watch.news(current)
    samples = next(iter(metrics.ROLE.collect())).samples
    assert [s.labels["rules"] for s in samples if s.labels["role"] == "a role of its own"] == ["whole"]


def test_files_are_told_apart_by_what_changes(tmp_path: Path) -> None:
    """Content, new files, vanished files; also below, and through the links by which Kubernetes mounts a folder."""
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "workflows").mkdir()
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "workflows").symlink_to(tmp_path / "..data" / "workflows")
    seen = [files_of(folder)]
    (folder / "router.yaml").write_text("a")
    seen.append(files_of(folder))
    (folder / "workflows" / "one.yaml").write_text("a")
    seen.append(files_of(folder))
    os.utime(folder / "workflows" / "one.yaml", (1, 1))
    seen.append(files_of(folder))
    (folder / "workflows" / "one.yaml").write_text("ab")
    seen.append(files_of(folder))
    (folder / "router.yaml").unlink()
    seen.append(files_of(folder))
    assert len(set(seen)) == len(seen)
    (folder / ".router.yaml.swp").write_text("an editor's")
    assert files_of(folder) == seen[-1]
    assert files_of(tmp_path / "nowhere") == ()


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    """A look is bounded."""
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "router.yaml").write_text("a")
    assert len(list(files_of(tmp_path))) < 10  # type: ignore[call-overload]


def test_the_thread_looks_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the roles use it."""
    monkeypatch.setattr("router.kafka.rules_watch.POLL_SECONDS", 0.01)
    assert POLL_SECONDS > 0.01
    folder = Folder()
    watch = a_watch(folder)
    watch.start()
    folder.change("whole")
    for _ in range(1_000):
        if watch.news(a_company()):
            break
        watch._wake.wait(0.01)
    else:
        pytest.fail("the change was never noticed")
    watch.close()
    watch._thread.join(10)
    assert not watch._thread.is_alive()
