"""YAML with places, and without everything clever."""

from pathlib import Path

import pytest

from router.config.node import Node, Place
from router.config.report import Report
from router.config.yaml_reader import MAX_BYTES, parse_yaml, read_text, read_yaml


def parsed(text: str) -> tuple[Node | None, list[str]]:
    report = Report()
    node = parse_yaml(text, "f.yaml", report)
    return node, [str(finding) for finding in report.findings()]


def plain(node: Node) -> object:
    """The values without their places."""
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    return node.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        ("2026-10-01", "2026-10-01"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ('"12"', "12"),
        ("9" * 30, "9" * 30),
        ("15m..6h", "15m..6h"),
    ],
)
def test_scalars_follow_the_core_schema_and_nothing_older(written: str, value: object) -> None:
    """Country codes, dates and times of day stay text; numbers are decimal and finite."""
    node, findings = parsed(f"a: {written}")
    assert node is not None
    assert plain(node) == {"a": value}
    assert findings == []


def test_every_value_knows_its_place() -> None:
    """Lines and columns count from 1; keys and values have their own."""
    node, _ = parsed("a: 1\nb:\n  - x\n  - {c: y}\n")
    assert node is not None
    assert node.at("a") == Place("f.yaml", 1, 4)
    assert node.key_at("b") == Place("f.yaml", 2, 1)
    assert node.at("b", 1, "c") == Place("f.yaml", 4, 9)


def test_a_value_that_is_not_there_stands_at_its_key() -> None:
    """The parser would place it at the next line."""
    node, _ = parsed("a:\nb: 1\n")
    assert node is not None
    assert node.at("a") == Place("f.yaml", 1, 1)


def test_an_empty_document_is_an_empty_mapping() -> None:
    """A file of comments says nothing, which is no mistake of syntax."""
    node, findings = parsed("# nothing yet\n")
    assert node == Node(Place("f.yaml", 1, 1), {})
    assert findings == []


def test_reading_goes_on_after_anchors_tags_and_twins() -> None:
    """One run tells all of them."""
    _, findings = parsed("a: &x 1\nb: *x\nc: !!str 2\na: 3\n<<: {d: 1}\n")
    assert [line.split()[1] for line in findings] == ["R103", "R103", "R106", "R102", "R103"]


def test_a_document_may_begin_further_down() -> None:
    """Front matter counts the lines of its file."""
    report = Report()
    node = parse_yaml("id: a\n", "f.md", report, first_line=2)
    assert node is not None
    assert node.at("id") == Place("f.md", 2, 5)


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{x: " * 50_000, "- " * 100_000, "? " * 50_000])
def test_deep_nesting_is_given_up_early(text: str) -> None:
    """A bomb costs no more than its first levels."""
    node, findings = parsed(text)
    assert node is None
    assert [line.split()[1] for line in findings] in (["R107"], ["R101"])


def test_an_alias_bomb_is_refused_unexpanded() -> None:
    """Ten lines of aliases would be billions of values."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    node, findings = parsed("\n".join(lines))
    assert node is not None
    assert len(findings) == 10 + 9 * 9


def test_a_file_of_exactly_the_cap_is_read(tmp_path: Path) -> None:
    """256 KB is the last size that is."""
    report = Report()
    (tmp_path / "ok.yaml").write_bytes(b"#" * MAX_BYTES)
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert read_yaml(tmp_path / "ok.yaml", "ok.yaml", report) is not None
    assert read_yaml(tmp_path / "large.yaml", "large.yaml", report) is None
    assert [finding.code for finding in report.findings()] == ["R104"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_text(tmp_path / "bom.yaml", "bom.yaml", Report()) == "a: 1"
