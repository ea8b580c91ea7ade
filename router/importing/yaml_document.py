"""YAML as other programs write it, anchors and merge keys included: every scalar stays the text that was written.

Nothing is constructed: a plain `no`, `2` or `2026-10-01` is text, since the program that reads it decides what it is.
Anchors may repeat values, so what a document may grow to is bounded.
"""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from router.importing.description import CannotImport, Given

MAX_BYTES = 4 * 1024 * 1024
MAX_VALUES = 500_000
MAX_DEPTH = 64

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "yes", "on", "y"})


def read_yaml(given: Given, kind: str) -> dict[str, Any]:
    """The mapping in the file: of texts, lists, mappings and None. Raises CannotImport."""
    if len(given.content) > MAX_BYTES:
        raise CannotImport(given.name, f"larger than {MAX_BYTES >> 20} MB", "import it in parts")
    try:
        root = YAML(typ="safe", pure=True).compose(given.content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise CannotImport(given.name, "not UTF-8 text", f"give {kind}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{given.name}:{mark.line + 1}:{mark.column + 1}" if mark else given.name
        raise CannotImport(place, f"not YAML: {error.problem or error.context}", "mend it") from None
    except (YAMLError, RecursionError) as error:
        raise CannotImport(given.name, f"not YAML: {error}", "mend it") from None
    value = _Reader(given.name).value(root, 0) if root is not None else {}
    if not isinstance(value, dict):
        raise CannotImport(given.name, "not a mapping", f"give {kind}")
    return value


def is_true(value: object) -> bool:
    """Whether a scalar says yes, as YAML 1.1 writes it."""
    return isinstance(value, str) and value.lower() in _TRUE


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.left = MAX_VALUES

    def value(self, node: Node, depth: int) -> Any:
        """The node as plain values. Raises CannotImport."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            what = "too much repeated by anchors, or nested too deep"
            raise CannotImport(self.file, what, "write it out, or import it in parts")
        if isinstance(node, ScalarNode):
            text = str(node.value)
            return None if node.style is None and text in _NOTHING else text
        if isinstance(node, SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        assert isinstance(node, MappingNode)
        return self._mapping(node, depth)

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, below in node.value:
            value = self.value(below, depth + 1)
            if isinstance(key, ScalarNode) and key.value == "<<" and key.style is None:
                for one in value if isinstance(value, list) else [value]:
                    merged = {**one, **merged} if isinstance(one, dict) else merged
            elif isinstance(key, ScalarNode):
                own[str(key.value)] = value
        return {**merged, **own}
