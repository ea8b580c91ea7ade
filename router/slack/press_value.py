"""What we put into our buttons and menus, read back: it was ours once, and is checked again."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from router.model.input import Because, Verb
from router.model.muting import MAX_MUTED_SECONDS


class PressValue(BaseModel):
    """A button's value, or an option's: what it is about, and what is asked for."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)

    incident: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    scope: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    revision: Annotated[int, Field(ge=0, le=2**53)] | None = None
    component: Annotated[str, StringConstraints(max_length=500)] = ""
    team: Annotated[str, StringConstraints(max_length=256)] = ""
    seconds: Annotated[int, Field(ge=0, le=MAX_MUTED_SECONDS)] = 0
    proposal: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    because: Because = Because.OTHER


def chosen(told: str, verb: Verb) -> PressValue:
    """What an option of a menu says: `incident|revision|seconds`, or of a hand-over `incident|revision|because|team`.

    Options are short, so they are no JSON. Raises ValueError.
    """
    if verb is Verb.HAND_OVER:
        incident, revision, because, team = told.rsplit("|", 3)
        fields: dict[str, object] = {"because": Because(because), "team": team}
    else:
        incident, revision, seconds = told.rsplit("|", 2)
        fields = {"seconds": int(seconds)}
    scope = incident.rpartition("-")[0]
    return PressValue.model_validate(
        {"incident": incident, "scope": scope, "revision": int(revision), **fields}
    )
