"""Does every event lead to one component and one fault, and is every topic read once?"""

from router.config.codes import Lint
from router.config.draft import Draft
from router.config.node import Place
from router.config.suggest import nearest

NEEDS_DEFAULT = frozenset({"alertmanager"})
"""Formats whose events seldom name a fault that we know; the others bring theirs."""

KNOWS_IDS = "native"
"""The format whose senders name components by id."""


def check_sources(draft: Draft) -> None:
    """Report topics read twice, faults that are missing, and names that mean two components or none."""
    if not draft.sources and "sources.yaml" not in draft.lost:
        message = "no sources, so nothing is read"
        draft.report.add(Lint.NO_SOURCE, Place("sources.yaml"), message, "add sources.yaml")
    _check_topics(draft)
    _check_defaults(draft)
    _check_identities(draft)
    if draft.sources and "sources.yaml" not in draft.lost:
        _check_namespaces(draft)


def namespaces(draft: Draft) -> dict[str, str]:
    """The namespaces that sources use, and the name of a source that does."""
    return {source.namespace or source.format: name for name, source in draft.sources.items()}


def _check_topics(draft: Draft) -> None:
    readers: dict[str, str] = {}
    for name in draft.sources:
        for topic, place in draft.home("source", name).node.texts("topics"):
            if topic in readers:
                message = f'topic "{topic}" is read twice, first by source "{readers[topic]}"'
                draft.report.add(Lint.TOPIC_TWICE, place, message, "leave it with one source")
            readers.setdefault(topic, name)


def _check_defaults(draft: Draft) -> None:
    for name, source in draft.sources.items():
        home = draft.home("source", name)
        named = source.default_fault or source.faults
        if source.format in NEEDS_DEFAULT and not named and not home.damaged:
            message = f'source "{name}" has neither faults nor default_fault'
            hint = "what its alerts mean is guessed from the kind of component"
            draft.report.add(Lint.NO_DEFAULT_FAULT, home.place, message, hint)


def _check_identities(draft: Draft) -> None:
    known: dict[tuple[str, str], str] = {}
    for name, component in draft.components.items():
        node = draft.home("component", name).node
        for namespace in component.known_as:
            for word, place in node.texts("known_as", namespace):
                first = known.setdefault((namespace, word), name)
                if first != name:
                    message = f'{namespace} "{word}" is "{name}", but also "{first}" ({_where(first, draft)})'
                    draft.report.add(Lint.IDENTITY_TWICE, place, message, "leave it with one")
                elif word in draft.components and word != name:
                    message = f'{namespace} "{word}" cannot mean "{name}": it is the id of another component'
                    draft.report.add(Lint.IDENTITY_IS_ID, place, message, "an id comes first")


def _where(component: str, draft: Draft) -> str:
    place = draft.home("component", component).place
    return f"{place.file}:{place.line}"


def _check_namespaces(draft: Draft) -> None:
    used = namespaces(draft)
    ids_known = any(source.format == KNOWS_IDS for source in draft.sources.values())
    for name, component in draft.components.items():
        home = draft.home("component", name)
        for namespace in component.known_as:
            close = nearest(namespace, used)
            if namespace not in used and close and close not in component.known_as:
                message = f'no source uses the namespace "{namespace}"'
                place = home.node.key_at("known_as", namespace)
                draft.report.add(Lint.UNKNOWN_NAMESPACE, place, message, f'did you mean "{close}"?')
        if not ids_known and not home.damaged and not used.keys() & component.known_as.keys():
            message = f'no source knows component "{name}": they use {", ".join(sorted(used))}'
            draft.report.add(Lint.NOT_IDENTIFIED, home.place, message, "add its name under known_as")
