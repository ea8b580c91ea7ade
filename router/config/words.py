"""The closed lists of words that several files of the rules use."""

from typing import Final

from router.config.codes import Lint
from router.config.shapes import Choice
from router.model.fault import ComponentKind, OwnerKind, Severity

COMPONENT_KIND: Final = Choice.of(ComponentKind, "kind of component", Lint.UNKNOWN_COMPONENT_KIND)
OWNER_KIND: Final = Choice.of(OwnerKind, "kind of owner", Lint.UNKNOWN_OWNER_KIND)
SEVERITY: Final = Choice.of(Severity, "severity", Lint.UNKNOWN_SEVERITY)
