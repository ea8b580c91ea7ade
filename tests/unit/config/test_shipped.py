"""What ships with the router is found from a checkout and from a wheel."""

from pathlib import Path

import pytest

from router.config import shipped


def test_a_checkout_has_it_at_its_root() -> None:
    """Beside the package."""
    assert (shipped.shipped_dir("examples/acme") / "router.yaml").is_file()
    assert list(shipped.shipped_dir("runbooks").glob("*.md"))


def test_a_wheel_has_it_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package's folder of the same name beside it does not count."""
    package = tmp_path / "site-packages" / "router"
    for folder in (package / "_shipped" / "topics", package.parent / "topics"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert shipped.shipped_dir("topics") == package / "_shipped" / "topics"


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do."""
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path)
    with pytest.raises(FileNotFoundError, match="no runbooks: install the router again"):
        shipped.shipped_dir("runbooks")
