"""What every value of the model has in common: frozen, closed, and a time that is always aware UTC."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that refuses fields it does not know, and numbers that JSON cannot say (infinity, NaN)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A point in time: aware, always UTC; ISO 8601 on the wire."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
