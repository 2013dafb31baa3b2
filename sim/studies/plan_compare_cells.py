"""Cells of the printed tables of a comparison of plans: a mean and a chance with their error."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..report.i18n import Language, number, probability, translate

Row = dict[Any, Any]


def with_error(row: Row, name: str, unit: float, digits: int, lang: Language) -> str:
    """Return a mean with its simulation error, if that is known."""
    error = (row[f"{name}_high"] - row[f"{name}_low"]) / 2
    mean = number(row[name] / unit, lang, digits)
    return mean if pd.isna(error) else f"{mean} ± {number(error / unit, lang, digits)}"


def chance(row: Row, name: str, lang: Language) -> str:
    """Return a probability with its 95% interval, in percent."""
    low, high = (number(100 * row[f"{name}_{end}"], lang) for end in ("low", "high"))
    ends = translate("range", lang, low=low, high=high)
    return f"{probability(row[name], lang, brief=True)} ({ends})"
