"""What can be imported. A new catalog is a module with `describe`, a new configuration one with `read`."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from router.importing import alertmanager, backstage, codeowners, dbt, openlineage, opsgenie, pagerduty
from router.importing.description import Description, Given
from router.importing.imported import Configuration

MAX_FILE_BYTES = 256 * 1024 * 1024


class Importer(NamedTuple):
    """What the command is for, what its files are called, and how they are read.

    `describe` gets the files, and further ones with run history; it raises CannotImport.
    """

    does: str
    files: str
    describe: Callable[[Sequence[Given], Sequence[Given]], Description]


IMPORTERS: dict[str, Importer] = {
    "dbt": Importer(
        "Feeds, metrics and exposures of a dbt project; delays from freshness and run results.",
        "the project's target/manifest.json",
        dbt.describe,
    ),
    "openlineage": Importer(
        "Jobs and data that OpenLineage events show; delays from run history and schedules.",
        "OpenLineage events as JSON lines, as a list, or as a recording",
        openlineage.describe,
    ),
    "backstage": Importer(
        "Components, APIs, resources, systems and groups of a Backstage catalog.",
        "the file catalog-info.yaml, or the catalog's entities as JSON",
        backstage.describe,
    ),
    "codeowners": Importer(
        "Directories of a repository as components, with their owners by GitHub's or GitLab's CODEOWNERS.",
        "the file CODEOWNERS, and as JSON which directory is which component, if not each is one",
        codeowners.describe,
    ),
    "pagerduty": Importer(
        "Services of PagerDuty with their teams and members; policies and schedules are listed.",
        "answers of PagerDuty's REST API: services, teams, users, escalation_policies, schedules",
        pagerduty.describe,
    ),
    "opsgenie": Importer(
        "Services of Opsgenie with their teams and members; escalations and schedules are listed.",
        "answers of Opsgenie's REST API: services, teams, escalations, schedules",
        opsgenie.describe,
    ),
}

CONFIGURATIONS: dict[str, Configuration] = {
    "alertmanager": Configuration(
        "Routes, receivers, inhibition and time intervals of Prometheus Alertmanager.",
        "alertmanager.yml",
        alertmanager.read,
    ),
}
