"""The peers' cases, read from the reference data beside the repository; without it their tests are skipped."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "corpus" / "peer_cases"


def cases(file: str, key: str = "cases") -> list[Any]:
    """The cases of one file, each as a parameter under its id; one skipped parameter where the file is absent."""
    path = FOLDER / file
    if not path.exists():
        reason = f"the reference data {file} is not beside the repository"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="absent")]
    return [pytest.param(case, id=case["id"]) for case in json.loads(path.read_text())[key]]
