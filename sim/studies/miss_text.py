"""The miss of a forecast in words: a table and sentences, in the order of official evaluations.

First the miss, then its causes with the largest first, then the remainder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rich.table import Table

from ..report.display_names import series_name
from ..report.i18n import Language, million, number, translate
from ..report.observation_tables import period_text
from .miss import Miss, Part

NOTHING = 1e-4
"""Difference of a forecast run again, relative to it, that its rounding explains."""


def tell(found: Miss, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    table = Table(title=title(found, lang), title_justify="left")
    for head in heads(found, lang):
        table.add_column(head, justify="left" if not table.columns else "right")
    for row in rows(found, lang):
        table.add_row(*row)
    return [table, *sentences(found, lang)]


def title(found: Miss, lang: Language) -> str:
    """Return what was forecast: series and period, with the unit."""
    figure = found.figure
    name = series_name(figure.series, figure.breakdown, lang)
    return translate("miss_title", lang, name=name, period=period_text(figure.period, lang))


def heads(found: Miss, lang: Language) -> tuple[str, ...]:
    """Return the heads of the table."""
    unit = translate("miss_million" if found.figure.unit == "EUR" else "miss_number", lang)
    return translate("miss_cause", lang), unit, translate("miss_error", lang)


def rows(found: Miss, lang: Language) -> list[tuple[str, str, str]]:
    """Return observed, forecast and miss, then a row for each cause, and the remainder."""
    ends = (
        ("miss_observed", found.figure.value),
        ("miss_forecast", found.forecast),
        ("miss_miss", found.miss),
    )
    above = [(translate(key, lang), _amount(found, value, lang), "") for key, value in ends]
    parts = [
        (cause(part, lang), _amount(found, part.value, lang), _error(found, part, lang))
        for part in (*found.parts, found.remainder)
    ]
    return above + parts


def cause(part: Part, lang: Language) -> str:
    """Return the name of a cause, or of the remainder, in words."""
    return translate(f"miss_{part.factor}", lang)


def sentences(found: Miss, lang: Language) -> list[str]:
    """Return the miss, its causes, the remainder, and what limits them, a sentence each."""
    return [" ".join(_result(found, lang)), *limits(found, lang), method(found, lang)]


def _result(found: Miss, lang: Language) -> Iterator[str]:
    figure, miss = found.figure, found.miss
    name = series_name(figure.series, figure.breakdown, lang)
    yield translate(
        "miss_below" if miss > 0 else "miss_above" if miss < 0 else "miss_exact",
        lang,
        name=name[:1].upper() + name[1:],
        period=period_text(figure.period, lang),
        observed=_told(found, figure.value, lang),
        forecast=_told(found, found.forecast, lang),
        miss=_told(found, abs(miss), lang),
    )
    parts = "; ".join(
        f"{cause(part, lang)} {_told(found, part.value, lang)}" for part in found.parts
    )
    yield translate("miss_by_cause", lang, parts=parts) if parts else translate("miss_none", lang)
    rest = found.remainder
    key = "miss_rest" if np.isfinite(rest.error) else "miss_rest_alone"
    value, error = (_told(found, one, lang) for one in (rest.value, np.nan_to_num(rest.error)))
    yield translate(key, lang, value=value, error=error)


def limits(found: Miss, lang: Language) -> list[str]:
    """Return what was not observed, what the run can't have, and how far it drifted."""
    told = []
    for factor, names in found.missing.items():
        if not names:
            told.append(translate("miss_only_coa", lang))
            continue
        is_whole = factor not in {part.factor for part in found.parts}
        key = "miss_not_observed" if is_whole else "miss_part_not_observed"
        cause_ = translate(f"miss_{factor}", lang)
        told.append(translate(key, lang, cause=cause_, figures=", ".join(names)))
    for name, gap in found.unreached.items():
        percent = number(100 * gap, lang)
        told.append(translate("miss_unreached", lang, figure=name, percent=percent))
    if abs(found.drift) > NOTHING * abs(found.forecast):
        told.append(translate("miss_drift", lang, drift=_told(found, found.drift, lang)))
    return told


def method(found: Miss, lang: Language) -> str:
    """Return how the parts were computed."""
    return translate(
        "miss_method", lang, runs=found.runs, replications=number(found.replications, lang)
    )


def as_record(found: Miss) -> dict[str, Any]:
    """Return a miss as plain data; a simulation error that is not known is null."""
    figure = found.figure
    return {
        "figure": {"name": figure.name, "period": str(figure.period), "unit": figure.unit},
        "observed": figure.value,
        "forecast": found.forecast,
        "miss": found.miss,
        "parts": {part.factor: _part(part) for part in found.parts},
        "remainder": _part(found.remainder),
        "drift": found.drift,
        "not_observed": {name: list(figures) for name, figures in found.missing.items()},
        "not_reached": dict(found.unreached),
        "replications": found.replications,
        "runs": found.runs,
    }


def _part(part: Part) -> dict[str, float | None]:
    return {"value": part.value, "error": part.error if np.isfinite(part.error) else None}


def _error(found: Miss, part: Part, lang: Language) -> str:
    return _amount(found, part.error, lang) if np.isfinite(part.error) else ""


def _amount(found: Miss, value: float, lang: Language) -> str:
    return million(value, lang) if found.figure.unit == "EUR" else number(value, lang)


def _told(found: Miss, value: float, lang: Language) -> str:
    amount = _amount(found, value, lang)
    return translate("miss_eur", lang, amount=amount) if found.figure.unit == "EUR" else amount
