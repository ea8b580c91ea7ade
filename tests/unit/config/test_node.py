"""Values that know where they stand."""

from router.config.node import Node, Place, shorten
from router.config.report import Report
from router.config.yaml_reader import parse_yaml


def document() -> Node:
    node = parse_yaml("a: [x, 1, {b: y}]\nc: z\n", "f.yaml", Report())
    assert node is not None
    return node


def test_a_path_leads_as_deep_as_it_can() -> None:
    """What is not there is reported where it should be."""
    node = document()
    assert node.at("a", 2, "b") == Place("f.yaml", 1, 15)
    assert node.at("a", 2, "missing") == Place("f.yaml", 1, 11)
    assert node.at("missing") == node.place


def test_find_answers_none_where_the_path_leads_nowhere() -> None:
    """Neither a list by name nor a text by number has anything below."""
    node = document()
    assert node.find("a", "b") is None
    assert node.find("c", 0) is None
    assert node.find("a", 9) is None


def test_the_key_of_a_missing_entry_stands_at_the_value() -> None:
    """A finding about it has a place all the same."""
    assert document().key_at("missing", "too") == document().place


def test_texts_of_a_list_leave_other_values_out() -> None:
    """A single text stands for a list of one."""
    node = document()
    assert [text for text, _ in node.texts("a")] == ["x"]
    assert node.texts("c") == (("z", Place("f.yaml", 2, 4)),)
    assert node.texts("missing") == ()


def test_values_are_described_in_words() -> None:
    """As they stand in messages."""
    node = document()
    assert [item.describe() for item in node.items("a")] == ['the text "x"', "the number 1", "a mapping"]
    assert Node(Place("f"), None).describe() == "nothing"
    assert Node(Place("f"), value=True).describe() == "true"
    assert node.find("a") is not None
    assert Node(Place("f"), ()).describe() == "a list"


def test_long_texts_are_cut_to_one_line() -> None:
    """A message is one line."""
    assert shorten("a\n b") == "a b"
    assert len(shorten("word " * 100)) == 60
