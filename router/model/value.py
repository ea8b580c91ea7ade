"""What every value of the model has in common: frozen, closed, and a time that is always aware UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that refuses fields it does not know, and numbers that JSON has not (infinity, NaN)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    def model_post_init(self, _context: object, /) -> None:
        """Share one set of "fields that were given" among all values of a class, and remember none of our own.

        The set would otherwise weigh more than the value (bench/step.py counts the bytes of an open incident).
        """
        object.__setattr__(self, "__pydantic_fields_set__", _all_fields(type(self)))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """This value with these fields changed, unchecked, as pydantic's own: in a third of its time."""
        if deep:
            return super().model_copy(update=update, deep=True)
        kind = type(self)
        copy = kind.__new__(kind)
        set_slot = object.__setattr__
        set_slot(copy, "__dict__", {**self.__dict__, **update} if update else self.__dict__.copy())
        set_slot(copy, "__pydantic_fields_set__", _all_fields(kind))
        set_slot(copy, "__pydantic_extra__", None)
        set_slot(copy, "__pydantic_private__", None)
        return copy


@cache
def _all_fields(kind: type[BaseModel]) -> set[str]:
    return set(kind.model_fields)


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo is UTC else at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A point in time: aware, always UTC; ISO 8601 on the wire."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
