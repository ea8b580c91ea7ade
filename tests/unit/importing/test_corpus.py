"""What real tools emitted can be imported, and their failures lead to what was imported."""

from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from router.importing import dbt, openlineage
from router.importing.description import CannotImport, Given
from router.importing.formats import IMPORTERS
from router.stages.intake.read import read
from router.stages.intake.record import Observation, SourceRecord
from tests.unit.importing.shop import CORPUS, rules_of, samples

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real payloads is not beside the repository"
)
MANIFESTS = sorted(CORPUS.glob("dbt/*_manifest.json"))
LINEAGE = sorted(CORPUS.glob("openlineage/dbt_*_concrete.json"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_real_dbt_project_becomes_rules_that_know_its_results(path: Path, tmp_path: Path) -> None:
    """Every result that says something is about a component."""
    results = path.with_name(path.name.replace("manifest", "run_results"))
    rules = rules_of(dbt.describe(samples([path]), samples([results])), tmp_path / "rules")
    record = SourceRecord("t", 0, 0, 1_772_440_000_000, None, results.read_bytes(), ())
    alerts = [
        part.alert for part in read(record, rules.sources["dbt"], rules) if isinstance(part, Observation)
    ]
    assert [alert.component for alert in alerts if alert and alert.component not in rules.components] == []


@pytest.mark.parametrize("path", LINEAGE, ids=lambda path: path.stem)
def test_real_openlineage_events_become_rules_that_know_their_failures(path: Path, tmp_path: Path) -> None:
    """Every failed job and assertion is about a component."""
    rules = rules_of(openlineage.describe(samples([path]), []), tmp_path / "rules")
    found = []
    for event in orjson.loads(path.read_bytes()):
        record = SourceRecord("t", 0, 0, 1_772_440_000_000, None, orjson.dumps(event), ())
        said = read(record, rules.sources["openlineage"], rules)
        found += [part.alert.component for part in said if isinstance(part, Observation) and part.alert]
    assert found
    assert set(found) <= rules.components.keys()


@pytest.mark.parametrize(
    "path", sorted(CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_files_of_other_kinds_are_refused_or_read_but_never_crash(path: Path) -> None:
    """Somebody will name the wrong file."""
    given = Given(path.name, path.read_bytes())
    for importer in IMPORTERS.values():
        with suppress(CannotImport):
            importer.describe([given], [])
