"""What kind of component is this? By the words of its type or name, where the catalog's own type does not say."""

import re

from router.model.fault import ComponentKind

_WORDS: tuple[tuple[ComponentKind, str], ...] = (
    (ComponentKind.AGENT, "agent|agents|assistant|copilot|chatbot"),
    (ComponentKind.ERP, "erp|sap|s4hana|netsuite"),
    (ComponentKind.CRM, "crm|salesforce|hubspot"),
    (ComponentKind.KPI, "kpi|kpis|metric"),
    (ComponentKind.MODEL, "model|ml|llm|inference|scoring|predictor|classifier"),
    (
        ComponentKind.FEED,
        "pipeline|etl|elt|feed|dataset|table|topic|stream|kafka|dag|job|batch|ingestion|queue",
    ),
    (
        ComponentKind.STORE,
        "database|db|bucket|cache|store|storage|warehouse|cluster|redis|postgres|mysql|s3|index",
    ),
    (ComponentKind.API, "api|gateway|endpoint"),
    (ComponentKind.APP, "website|webapp|frontend|app|application|portal|mobile|service|dashboard"),
)
_BY_WORD = {word: kind for kind, words in _WORDS for word in words.split("|")}


def kind_of(words: str, otherwise: ComponentKind) -> ComponentKind:
    """The kind that the first telling word names; `otherwise` if none does."""
    for word in re.findall(r"[a-z0-9]+", words.casefold()):
        if word in _BY_WORD:
            return _BY_WORD[word]
    return otherwise
