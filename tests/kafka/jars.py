"""Where Kafka comes from: Java on this machine, and jars that Maven resolves once into a cache folder."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"

OLDEST_JAVA = 17
"""Kafka 4 brokers do not start on less."""

RESOLVE_DEADLINE = 900.0
"""Seconds that the first download, some 40 MB, may take."""


class KafkaUnavailable(RuntimeError):
    """Kafka cannot be run, or did not come up; the message says why and quotes the end of its log."""


def named_broker() -> str | None:
    """`host:port` of the running broker that ROUTER_TEST_KAFKA names, or None."""
    return os.environ.get("ROUTER_TEST_KAFKA") or None


def available(own: bool = False) -> str | None:
    """Why Kafka cannot be run here, as a sentence to skip with; None if it can.

    `own` asks for a broker that the harness starts itself (to kill it, to secure it, for several nodes);
    without it, a broker that ROUTER_TEST_KAFKA names will do.
    """
    if named_broker() and not own:
        return None
    java = shutil.which("java")
    if java is None:
        return "Kafka needs Java, and there is no `java` on the PATH."
    if (version := _java_version(java)) < OLDEST_JAVA:
        return f"Kafka needs Java {OLDEST_JAVA} or newer, and the one on the PATH is Java {version}."
    if shutil.which("mvn") is None and not libs().is_dir():
        return "Kafka's jars are not in the cache yet, and there is no `mvn` on the PATH to get them."
    return None


@cache
def _java_version(java: str) -> int:
    """Major version of this Java; 0 if it does not say."""
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60)
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else 0


@cache
def version() -> str:
    """The version of Kafka that pom.xml asks for."""
    found = ElementTree.parse(POM).getroot().findtext("{*}properties/{*}kafka.version")
    if not found:
        raise KafkaUnavailable(f"{POM} names no kafka.version.")
    return found


def libs() -> Path:
    """The folder of jars, which may not exist yet. It appears whole or not at all."""
    cache_folder = os.environ.get("ROUTER_TEST_KAFKA_CACHE") or Path.home() / ".cache/incident-router-kafka"
    return Path(cache_folder) / version() / "libs"


def resolve() -> Path:
    """The folder of jars, resolved by Maven if this is the first time. Safe from several processes at once.

    Raises KafkaUnavailable if Maven fails, with the end of what it said.
    """
    target = libs()
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file is closed, also by a crash
        if not target.is_dir():
            _copy_dependencies(target)
    return target


def _copy_dependencies(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="resolving-") as scratch:
        fresh = Path(scratch) / "libs"
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={fresh}"]
        command = ["mvn", "-B", "-q", "-f", str(POM), *goal]
        try:
            run = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=RESOLVE_DEADLINE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise KafkaUnavailable(f"Maven could not resolve Kafka's jars: {error}") from error
        if run.returncode != 0 or not fresh.is_dir():
            said = (run.stdout + run.stderr)[-2000:]
            raise KafkaUnavailable(f"Maven could not resolve Kafka's jars:\n{said}")
        fresh.rename(target)
