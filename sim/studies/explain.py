"""Explain: why does the gap of one scenario differ from that of another, factor by factor?

The effect of a factor is its Shapley value (``shapley``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from ..errors import Message, usage_error
from ..model.sampling import Floats
from ..report.display_names import line_label, statistic_name, titles_of
from ..report.i18n import Language, billion, million, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..results.cell import CellRef, parse
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Progress, Settings, summary_value
from ..results.tasks import Task, run_tasks
from ..runs.study_folder import StudyContent
from ..scenario import Loaded, Scenario
from . import explain_chart as chart
from .base import (
    Implementation,
    Inputs,
    StudyChart,
    Value,
    content_of,
    settings_of,
)
from .explain_chart import BAND, Explanation, explanation_of, whole_band
from .factors import Cut, Factor, factor_name, factors, interpolate_scenario
from .options import ExplainOptions
from .repricing import RepricedCells, check_cell_exists, ending_with
from .shapley import Coalition, shapley, subsets


def run(options: ExplainOptions, inputs: Inputs) -> StudyContent:
    """Explain the difference in the gap of a year and return the tables.

    Raises ``ScenarioError`` if both scenarios are the same, or differ in too many factors.
    """
    first, second = inputs.scenarios
    if first.name == second.name:
        usage_error(
            "explain", Message("both are {name}, the same scenario", name=first.name), "name two"
        )
    settings = settings_of(options)
    with inputs.watch("explain", settings.replications) as progress:
        result = explain(
            first, second, parse(options.cell), settings, options.by, inputs.workers, progress
        )
    asked = {"cell": options.cell, "factors": {f.name: list(f.keys) for f in result.factors}}
    tables = {"effects": result.effects, "cells": cells(result)}
    return content_of(
        "explanation", options, inputs, settings, tables, asked, ending=(options.year,)
    )


def explain(
    first: Loaded,
    second: Loaded,
    address: CellRef,
    settings: Settings,
    by: Cut | None = None,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> Explanation:
    """Explain the difference of a cell between two scenarios by the factors they differ in.

    Every combination of factors is tried, on common random numbers; combinations that differ only
    in money share a run. Raises ``ScenarioError`` if there are too many factors.
    """
    parts = factors(first, second, by)
    ours, theirs = first.scenario, second.scenario
    settings = ending_with(settings, (ours, theirs), address)
    for loaded in (ours, theirs):
        check_cell_exists(loaded, address, settings)
    moving = [n for n, factor in enumerate(parts) if factor.keys and not factor.only_money]
    money = [n for n, factor in enumerate(parts) if factor.keys and factor.only_money]
    tasks = []
    for chosen in subsets(moving):
        priced = {
            _name(chosen | extra): interpolate_scenario(
                ours, theirs, [parts[n] for n in sorted(chosen | extra)]
            )
            for extra in subsets(money)
        }
        scenario = priced[_name(chosen)]
        tasks.append(Task(scenario, RepricedCells(address, priced, settings)))
    whole = RepricedCells(address, {"whole": theirs}, settings)
    results: dict[str, Floats] = {}
    for arrays in run_tasks([*tasks, Task(theirs, whole)], settings, workers, progress):
        results |= arrays
    values = {_coalition(name): cell for name, cell in results.items() if name != "whole"}
    used = sorted([*moving, *money])
    every = frozenset(used)
    rows = _effects(parts, used, values, address.statistic)
    low, high = np.quantile(results["whole"] - values[frozenset()], (0.1, 0.9))
    return Explanation(
        first.name,
        second.name,
        address,
        summary_value(values[frozenset()], address.statistic),
        summary_value(results["whole"], address.statistic),
        summary_value(results["whole"], address.statistic)
        - summary_value(values[every], address.statistic),
        (float(low), float(high)),
        pd.DataFrame(rows),
        tuple(parts),
        len(tasks) + 1,
        len(values),
    )


def _name(coalition: Coalition) -> str:
    return ",".join(str(number) for number in sorted(coalition))


def _coalition(name: str) -> Coalition:
    return frozenset(int(number) for number in name.split(",") if number)


def _effects(
    parts: Sequence[Factor],
    used: Sequence[int],
    values: Mapping[Coalition, Floats],
    statistic: str,
) -> list[dict[str, object]]:
    whole = {chosen: np.array(summary_value(cell, statistic)) for chosen, cell in values.items()}
    every = frozenset(used)
    rows: list[dict[str, object]] = []
    for number, factor in enumerate(parts):
        row: dict[str, object] = {"factor": factor.name, "keys": " ".join(factor.keys)}
        if number in used:
            each = shapley(number, used, values)
            low, high = np.quantile(each, (0.1, 0.9))
            row |= {
                "effect": float(shapley(number, used, whole)),
                "alone": float(whole[frozenset({number})] - whole[frozenset()]),
                "last": float(whole[every] - whole[every - {number}]),
                "mean": float(each.mean()),
                "p10": float(low),
                "p90": float(high),
                "p_positive": float((each > 0).mean()),
            }
        else:
            row |= dict.fromkeys(
                ("effect", "alone", "last", "mean", "p10", "p90", "p_positive"), 0.0
            )
        rows.append(row)
    return rows


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    explanation = explanation_of(data)
    return [effects_table(explanation, data.scenarios, lang), *sentences(explanation, lang)]


def effects_table(
    explanation: Explanation, scenarios: Mapping[str, Scenario], lang: Language
) -> Table:
    """Return the first gap, a row a factor, the residual, and the second gap."""
    address, titles = explanation.address, titles_of(scenarios, lang)
    title = translate(
        "explain_title",
        lang,
        first=titles[explanation.first],
        second=titles[explanation.second],
        line=line_label(address.line, lang),
        year=address.year,
        statistic=statistic_name(address.statistic, lang),
        prices=prices_label(scenarios[explanation.first], lang),
    )
    table = Table(title=title, title_justify="left")
    table.add_column(translate("explain_factor", lang))
    for key in ("explain_effect", "explain_alone", "explain_last", "explain_band"):
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    first, second = (titles[name] for name in (explanation.first, explanation.second))
    table.add_row(translate("explain_from", lang, name=first), million(explanation.before, lang))
    table.add_section()
    for row in explanation.effects.to_dict("records"):
        band = translate(
            "range", lang, low=million(row["p10"], lang), high=million(row["p90"], lang)
        )
        table.add_row(
            factor_name(str(row["factor"]), lang),
            *(million(row[column], lang) for column in ("effect", "alone", "last")),
            band if row["p10"] or row["p90"] else "",
        )
    table.add_row(translate("explain_residual", lang), million(explanation.residual, lang))
    table.add_section()
    table.add_row(translate("explain_to", lang, name=second), million(explanation.after, lang))
    return table


def sentences(explanation: Explanation, lang: Language) -> list[str]:
    """Return what the factors change together, its interval, and what is left of the gap."""
    effect = explanation.after - explanation.before
    way = "explain_lowers" if effect < 0 else "explain_raises"
    if explanation.before <= 0:
        way = "explain_changes"
    key = "explain_enough" if explanation.after <= 0 else "explain_remains"
    if explanation.after > 0 and effect >= 0:
        key = "explain_short"
    verdict = translate(
        way,
        lang,
        year=explanation.address.year,
        before=billion(explanation.before, lang),
        effect=billion(abs(effect) if explanation.before > 0 else effect, lang),
    )
    left = translate(key, lang, left=billion(abs(explanation.after), lang))
    return [
        f"{verdict} {left} {whole_band(explanation, lang)}",
        translate(
            "explain_method",
            lang,
            n=sum(1 for f in explanation.factors if f.keys),
            runs=explanation.runs,
            priced=explanation.priced,
        ),
    ]


def cells(explanation: Explanation) -> pd.DataFrame:
    """Return both gaps, the residual, and the interval of the difference as a table."""
    rows = [
        (explanation.first, explanation.before),
        (explanation.second, explanation.after),
        ("residual", explanation.residual),
    ]
    rows += zip(BAND, explanation.band, strict=True)
    of, values = zip(*rows, strict=True)
    return pd.DataFrame({"cell": str(explanation.address), "of": of, "value": values})


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return the effects by factor, and both gaps as ``before`` and ``after``."""
    effects = {
        str(row["factor"]): Value(float(row["effect"]), (float(row["p10"]), float(row["p90"])))
        for row in tables["effects"].to_dict("records")
    }
    before, after = tables["cells"]["value"][:2]
    return effects | {"before": Value(float(before)), "after": Value(float(after))}


IMPLEMENTATION = Implementation(
    run, tell, {"explanation": StudyChart("waterfall", chart.draw, chart.words)}, values
)
