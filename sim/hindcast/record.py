"""The scorecard as JSON: what ``opvangsim hindcast --json`` prints.

Its fields are described in docs/how-to/hindcast.md. A change of their meaning raises ``SCHEMA``.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

from .scorecard import Goal, Score, goals, scores
from .scoring import HindcastOptions
from .skill import CONFIDENCE
from .stored import Hindcasts

SCHEMA = 1
DIGITS = 6
"""Significant digits of each number, so that two machines print the same."""


@dataclass(frozen=True)
class ScorecardRecord:
    """What the JSON of a scorecard holds: its settings, all scores and all goals."""

    schema: int
    version: str
    replications: int
    seed: int
    confidence: float
    scores: list[Score]
    goals: list[Goal]


def record_of(found: Hindcasts, options: HindcastOptions) -> ScorecardRecord:
    """Return the scorecard of hindcasts made with these options."""
    scored = scores(found)
    return ScorecardRecord(
        SCHEMA,
        metadata.version("opvangsim"),
        options.replications,
        options.seed,
        CONFIDENCE,
        scored,
        goals(scored),
    )


def as_json(found: Hindcasts, options: HindcastOptions) -> str:
    """Return the scorecard as JSON; what is not a number is null."""
    return json.dumps(_plain(asdict(record_of(found, options))), indent=1, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Round numbers to ``DIGITS``; null for what is not a number."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value
