"""Base classes of the schema: frozen models, finite numbers, errors with advice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ..clock import parse_day
from ..errors import Message, as_message
from .number_text import IN_DIGITS, what_instead


class Frozen(BaseModel):
    """Base of all parts of a scenario: unknown keys are errors, instances are immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RuleError(ValueError):
    """An invalid value in a scenario: what is wrong, what to write instead, and which part.

    ``part`` names the key below the faulty one at which the reader should look.
    """

    def __init__(
        self, what: str, advice: str = "", part: str = "", *, at_key: bool = False
    ) -> None:
        super().__init__(what)
        self.advice, self.part, self.at_key = advice, part, at_key


@dataclass(frozen=True)
class SuggestedKeys:
    """Keys that mean something in a mapping of free keys: the JSON Schema offers them."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class StartMark:
    """Marks a key that describes the morning of the start date, and changes together with it."""


OF_START = StartMark()
"""For stocks and levels of day 0; ``scenario.start`` reads it off the schema."""


def number(raw: Any) -> float:
    """A finite number; raises ``RuleError``."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        if isinstance(raw, str):
            raise RuleError(*what_instead(raw))
        found = as_message("nothing") if raw is None else repr(raw)
        raise RuleError(Message("expected a number, found {found}", found=found), IN_DIGITS)
    if not math.isfinite(raw) or abs(raw) > 1e300:
        raise RuleError(
            Message("expected a finite number, found {raw!r}", raw=raw), "write it in digits"
        )
    return float(raw)


Number = Annotated[float, BeforeValidator(number)]


def _day(raw: Any) -> Any:
    """Read a date that was given as text, as Python and JSON do; pydantic checks the rest."""
    return (parse_day(raw) or raw) if isinstance(raw, str) else raw


Day = Annotated[date, BeforeValidator(_day)]
"""A date, which a text may give in the forms that ``clock.parse_day`` reads."""
