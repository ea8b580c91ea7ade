"""docker-compose.yml, Dockerfile and requirements.lock agree with the code: no engine runs where the tests run."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

from router.config.load import load
from router.config.runtime import ROLES, RuntimeSettings
from router.recording import read_recordings
from router.web.slack_routes import INTERACTIONS
from tests.command_lines import problem_of, variables

ROOT = Path(__file__).parents[1]
ACME = ROOT / "examples" / "acme"
COMPOSE: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
BUILT = {name: service for name, service in SERVICES.items() if "build" in service}
ROUTERS = {name: service for name, service in BUILT.items() if "entrypoint" not in service}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if re.match(r"[A-Z]+ ", line)]


def value(given: str) -> str:
    """What compose makes of `${NAME:-default}` where the environment says nothing."""
    return re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", given)


def environment(name: str) -> dict[str, str]:
    """The variables of a service."""
    return {key: value(str(given)) for key, given in SERVICES[name].get("environment", {}).items()}


def settings(name: str, monkeypatch: pytest.MonkeyPatch) -> RuntimeSettings:
    """The settings that a service's process would have."""
    for key, given in environment(name).items():
        monkeypatch.setenv(key, given)
    return RuntimeSettings()


def role_of(name: str) -> str:
    """The role that a service runs, or ""."""
    command = SERVICES[name].get("command", [])
    return command[1] if command[:1] == ["run"] else ""


def options(service: dict[str, Any]) -> dict[str, str]:
    """`--name value` pairs of a command."""
    command = [value(str(word)) for word in service["command"]]
    return {word: command[at + 1] for at, word in enumerate(command[:-1]) if word.startswith("--")}


def published(service: dict[str, Any]) -> dict[int, str]:
    """Port in the container -> address on the host."""
    pairs = [str(port).rpartition(":") for port in service.get("ports", ())]
    return {int(inner): outer for outer, _, inner in pairs}


def probed(service: dict[str, Any]) -> str:
    """The URL that a health check asks for."""
    [url] = re.findall(r"http://[^'\"]+", str(service["healthcheck"]["test"]))
    return str(url)


# ---- compose --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROUTERS)
def test_the_command_of_a_service_is_one_of_ours(name: str) -> None:
    """Parsed as the program parses it, so a renamed option fails here and not on somebody's laptop."""
    assert problem_of([value(str(word)) for word in ROUTERS[name]["command"]]) == ""


def test_every_role_has_a_service() -> None:
    """Compose starts the whole product."""
    assert sorted(filter(None, map(role_of, ROUTERS))) == sorted(ROLES)


@pytest.mark.parametrize("name", BUILT)
def test_settings_of_a_service_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ROUTER_ variable exists, and its value is one that it takes."""
    assert set(filter(lambda key: key.startswith("ROUTER_"), environment(name))) <= variables()
    made = settings(name, monkeypatch)
    if name in ROUTERS:
        brokers = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
        assert f"PLAINTEXT://{made.kafka.bootstrap}" == brokers


@pytest.mark.parametrize("name", [name for name in ROUTERS if role_of(name)])
def test_health_checks_ask_where_the_role_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """/readyz on the role's own port."""
    port = settings(name, monkeypatch).metrics.port_of(role_of(name))
    assert port
    url = urlsplit(probed(SERVICES[name]))
    assert (url.hostname, url.port, url.path) == ("127.0.0.1", port, "/readyz")


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_services_that_there_are(name: str) -> None:
    """For health only where it is checked, for completion only where something ends."""
    for other, how in SERVICES[name].get("depends_on", {}).items():
        needed = {"service_healthy": "healthcheck" in SERVICES[other]}
        ends = not role_of(other) and SERVICES[other].get("restart") != "unless-stopped"
        needed["service_completed_successfully"] = ends
        assert needed[how["condition"]], f"{name} waits for {other}"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_this_machine_only(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Console and fake Slack have no login; and who publishes a port listens on all of the container's addresses."""
    service = SERVICES[name]
    for port, outer in published(service).items():
        assert outer == f"127.0.0.1:{port}"
        if role_of(name) == "web":
            made = settings(name, monkeypatch)
            assert (made.web.host, made.web.port) == ("0.0.0.0", port)
        else:
            assert (options(service)["--host"], options(service)["--port"]) == ("0.0.0.0", str(port))


def test_folders_that_services_mount_and_name_exist() -> None:
    """`./examples` is there, `/examples/acme` is in it, and named volumes are declared."""
    for service in SERVICES.values():
        places = dict(str(volume).split(":")[1::-1] for volume in service.get("volumes", ()))
        for source in places.values():
            assert (ROOT / source).is_dir() if source.startswith("./") else source in COMPOSE["volumes"]
        for word in map(str, service.get("command", ())):
            if word.startswith("/examples/"):
                assert (ROOT / word.removeprefix("/")).is_dir()
                assert places["/examples"] == "./examples"


def test_kafka_is_the_version_that_the_tests_run_on() -> None:
    """And keeps its data in the volume."""
    pom = ElementTree.parse(ROOT / "tests" / "kafka" / "pom.xml")
    version = pom.findtext(".//{*}properties/{*}kafka.version")
    images = {service["image"] for service in SERVICES.values() if "image" in service}
    assert images == {f"apache/kafka:{version}"}
    [volume] = SERVICES["kafka"]["volumes"]
    assert volume.endswith(":" + SERVICES["kafka"]["environment"]["KAFKA_LOG_DIRS"])


def test_the_topics_of_acme_are_created() -> None:
    """Those that sources.yaml names, and those that its recordings send to."""
    created = set(re.findall(r"acme\.[\w.-]+", str(SERVICES["sources"]["command"])))
    named = {
        topic
        for source in load(ACME).sources.values()
        for topic in source.topics
        if not topic.startswith("^")
    }
    recorded = {one.record.topic for one in read_recordings(sorted((ACME / "recordings").glob("*.jsonl")))}
    assert created == named | recorded


# ---- fake Slack -----------------------------------------------------------------------------------------


def test_the_fake_slack_takes_its_options() -> None:
    """Each option of its command is one that it documents."""
    command = [sys.executable, *SERVICES["slack"]["entrypoint"][1:], "--help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name for name in options(SERVICES["slack"]) if name not in said} == set()


def test_the_router_and_the_fake_slack_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, signing secret, addresses both ways, and a channel for everybody whom acme tells."""
    slack = options(SERVICES["slack"])
    for name in ("notifier", "web"):
        made = settings(name, monkeypatch).slack
        assert made.token is not None
        assert made.token.get_secret_value() == slack["--token"]
        assert made.base_url == f"http://slack:{slack['--port']}/api/"
    web = settings("web", monkeypatch)
    assert web.slack.signing_secrets == (slack["--signing-secret"],)
    assert slack["--interactivity-url"] == f"http://web:{web.web.port}{INTERACTIONS}"
    rules = load(ACME)
    told = {team.channel for team in rules.teams.values()}
    told |= {node.given.channel for node in rules.route_tree.walk()}
    told |= {channel for receiver in rules.receivers.values() for channel in receiver.channels}
    assert {f"#{name}" for name in slack["--channels"].split(",")} == told - {""}
    assert urlsplit(probed(SERVICES["slack"])).port == int(slack["--port"])


# ---- image ----------------------------------------------------------------------------------------------


def arguments(instruction: str) -> list[str]:
    """The words after each instruction of this name, in the Dockerfile's order."""
    return [line.partition(" ")[2] for line in DOCKERFILE if line.startswith(f"{instruction} ")]


def test_what_the_image_copies_exists() -> None:
    """And is not kept out by .dockerignore."""
    ignored = {line.strip("*/") for line in (ROOT / ".dockerignore").read_text().split()}
    copied = [
        word for line in arguments("COPY") if not line.startswith("--from") for word in line.split()[:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists() or name in ignored] == []
    shipped = {
        name.partition("/")[0]
        for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    }
    assert {*shipped, "router", "pyproject.toml", "requirements.lock", PROJECT["project"]["readme"]} <= set(
        copied
    )


def test_the_image_runs_the_program_as_nobody_special() -> None:
    """Not as root, on a Python that the project supports, from dependencies whose hashes are known."""
    [*_, user] = arguments("USER")
    assert any(line.startswith("useradd") and line.endswith(f" {user}") for line in arguments("RUN"))
    assert arguments("ENTRYPOINT") == ['["router"]']
    assert "router" in PROJECT["project"]["scripts"]
    for image in arguments("FROM"):
        found = re.match(r"python:(\d+\.\d+)-slim\b", image)
        assert found is not None
        assert f"{found[1]}.0" in SpecifierSet(PROJECT["project"]["requires-python"])
    assert any("--require-hashes -r requirements.lock" in line for line in arguments("RUN"))


# ---- lock -----------------------------------------------------------------------------------------------


def pins() -> dict[str, Version]:
    """Name -> version of requirements.lock, each with at least one hash."""
    found: dict[str, Version] = {}
    for entry in re.split(r"\n(?=[a-zA-Z])", (ROOT / "requirements.lock").read_text()):
        pin = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", entry)
        if pin:
            assert "--hash=sha256:" in entry, pin[1]
            found[canonicalize_name(pin[1])] = Version(pin[2])
    return found


@pytest.mark.parametrize("dependency", PROJECT["project"]["dependencies"])
def test_the_lock_holds_every_dependency_in_its_range(dependency: str) -> None:
    """What is deployed is what pyproject.toml allows."""
    wanted = Requirement(dependency)
    assert pins()[canonicalize_name(wanted.name)] in wanted.specifier


def test_the_lock_is_complete() -> None:
    """With --no-deps and --require-hashes nothing is resolved in the image: what a locked package needs is locked."""
    locked = pins()
    lacking = []
    for name, version in locked.items():
        try:
            installed = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another platform, or of an extra that is not installed here
        if Version(installed.version) != version:
            continue
        for line in installed.requires or ():
            needed = Requirement(line)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            pin = locked.get(canonicalize_name(needed.name))
            if pin is None or pin not in needed.specifier:
                lacking.append(f"{name} needs {line}")
    assert lacking == []
