"""Solve: at which value of a number is a target just met? Of two numbers: where together?

With one lever the answer is a value, with two the frontier between pairs that meet the target and
pairs that do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from ..report.i18n import Language, number, probability, translate
from ..report.study_data import StudyData
from ..results.experiment import summary_value
from ..runs.study_folder import StudyContent
from . import frontier_chart, solve_chart
from .asked import Lever, lever, levers_of
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .enough import chances_table
from .levers import is_budget_amount, lever_words, quantity_of
from .options import SolveOptions
from .solver import Bounds, Frontier, Solution, amounts_needed, bounds_near, frontier, solve
from .target import (
    Target,
    amount,
    asked_target,
    bare,
    cell_and_unit,
    held,
    how,
    in_sentence,
    target_of,
    target_words,
    unit_words,
    with_unit,
)

MONTHS_A_YEAR = 12
Row = dict[Any, Any]


def run(options: SolveOptions, inputs: Inputs) -> StudyContent:
    """Solve for one lever, or find the frontier of two; raises ``ScenarioError``."""
    scenario, settings, workers = inputs.scenario, settings_of(options), inputs.workers
    target, levers = target_of(options.target, options.certainty), levers_of(options.levers)
    for each in levers:
        quantity_of(scenario, each, "--lever")
    asked: dict[str, Any] = {
        "levers": [str(each) for each in levers],
        "target": target.text,
        "certainty": target.certainty,
        "ranges": list(options.ranges),
    }
    given: Sequence[Bounds | None] = options.ranges or [None] * len(levers)
    with inputs.watch("solve", settings.replications) as progress:
        if len(levers) == 1:
            solution = solve(scenario, levers[0], target, settings, given[0], workers, progress)
            tables = {"answer": answer_table(solution), "points": points_table(solution)}
            needed = amounts_needed(solution) if is_budget_amount(levers[0]) else None
            if needed is not None:
                tables["chances"] = chances_table({str(levers[0]): needed})
        else:
            asked["points"] = options.points
            first, second = levers
            bounds = (
                bounds_near(scenario, first, given[0]),
                bounds_near(scenario, second, given[1]),
            )
            two = frontier(
                scenario,
                (first, second),
                target,
                settings,
                bounds,
                options.points,
                workers,
                progress,
            )
            tables = {"frontier": frontier_table(two), "grid": grid_table(two)}
    kind, keys = ("solution", "frontier")[len(levers) - 1], [each.key for each in levers]
    return content_of(kind, options, inputs, settings, tables, asked, ending=keys)


def points_table(solution: Solution) -> pd.DataFrame:
    """Return the values tried: what the cell is there, and how often the target is met."""
    rows = []
    for point in solution.points:
        low, middle, high = np.nanquantile(point.cell, (0.1, 0.5, 0.9))
        row = {"lever": str(solution.lever), "value": point.value, "unit": solution.unit}
        row |= {
            "held": float(solution.target.held(point.cell)),
            "mean": float(np.nanmean(point.cell)),
        }
        row |= {"p10": low, "p50": middle, "p90": high}
        rows.append({**row, "p_met": solution.target.chance(point.cell)})
    return pd.DataFrame(rows)


def answer_table(solution: Solution) -> pd.DataFrame:
    """Return the answer as a table of one row."""
    low, high = solution.band or (None, None)
    row = {
        "lever": str(solution.lever),
        "target": solution.target.text,
        "certainty": solution.target.certainty,
        "answer": solution.answer,
        "p10": low,
        "p90": high,
        "unit": solution.unit,
        "side": solution.side,
        "always": solution.always,
        "crossings": solution.crossings,
        "present": solution.present,
    }
    return pd.DataFrame([row])


def grid_table(result: Frontier) -> pd.DataFrame:
    """Return the grid: both levers, what the cell is there, and how often the target is met."""
    first, second = (str(lever) for lever in result.levers)
    rows = [
        {
            first: a,
            second: b,
            "held": float(result.target.held(result.cells[i, j])),
            "mean": summary_value(result.cells[i, j], "mean"),
            "p_met": result.target.chance(result.cells[i, j]),
            "met": bool(result.met[i, j]),
        }
        for i, a in enumerate(result.tried[0])
        for j, b in enumerate(result.tried[1])
    ]
    return pd.DataFrame(rows)


def frontier_table(result: Frontier) -> pd.DataFrame:
    """Return where the first lever just meets the target, for each value of the second."""
    first, second = (str(lever) for lever in result.levers)
    columns = {
        second: result.tried[1],
        first: result.answers,
        "p10": result.low,
        "p90": result.high,
    }
    met = {"all_met": result.met.all(axis=0), "none_met": ~result.met.any(axis=0)}
    return pd.DataFrame({**columns, **met})


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    target = asked_target(data)
    if data.record["kind"] == "frontier":
        parts = [_print_frontier(data, target, lang), *_frontier_sentences(data, target, lang)]
    else:
        (answer,) = data.table("answer").to_dict("records")
        points = data.table("points").to_dict("records")
        label = lever_words(lever(answer["lever"], "lever"), data.first, lang)
        cell = cell_and_unit(target, data.first, lang)
        parts = [_print_points(answer, points, target, cell, label, lang)]
        aim = target_words(target, data.first, lang)
        parts += _sentences(answer, points, target, aim, label, lang)
    settings = data.settings
    n, step = number(settings.replications, lang), translate(f"step_{settings.step}", lang)
    return [*parts, translate("solve_method", lang, n=n, step=step)]


def _print_points(
    answer: Row, points: list[Row], target: Target, cell: str, label: str, lang: Language
) -> Table:
    """Return the values tried, printed."""
    unit = str(answer["unit"])
    table = Table(title=translate("solve_title", lang, cell=cell), title_justify="left")
    heads = [f"{label}, {unit_words(unit, lang)}"]
    heads += [translate("solve_middle", lang), translate("band_80", lang), how(target, lang)]
    for head in (*heads, translate("solve_chance", lang)):
        table.add_column(head, justify="right")
    for row in points:
        low, middle, high = (bare(target, row[name], lang) for name in ("p10", "p50", "p90"))
        table.add_row(
            amount(row["value"], lang, unit),
            middle,
            translate("range", lang, low=low, high=high),
            bare(target, row["held"], lang),
            probability(row["p_met"], lang, brief=True),
        )
    return table


def _sentences(
    answer: Row, points: list[Row], target: Target, aim: str, label: str, lang: Language
) -> list[str]:
    """Return the answer, or that there is none."""
    unit = str(answer["unit"])
    words = {
        "target": aim,
        "how": how(target, lang),
        "lever": label,
    }
    if pd.isna(answer["answer"]):
        # At best where none does it, at worst where all do: both times the end nearest to the line.
        missed = [target.missed(row["held"]) for row in points]
        nearest = points[int(np.argmax(missed) if answer["always"] else np.argmin(missed))]
        key = "solve_always" if answer["always"] else "solve_none"
        low, high = (points[end]["value"] for end in (0, -1))
        words |= {"low": amount(low, lang, unit), "high": in_sentence(high, lang, unit)}
        words["where"] = amount(nearest["value"], lang, unit)
        words["held"] = held(target, nearest["held"], lang)
    else:
        key = f"solve_{answer['side']}"
        names = {"low": "p10", "high": "p90"}
        words |= {name: amount(answer[column], lang, unit) for name, column in names.items()}
        words |= {key: in_sentence(answer[key], lang, unit) for key in ("answer", "present")}
        words["month"] = _a_month(answer, lang)
    lines = [translate(key, lang, **words)]
    if len({row["held"] for row in points}) == 1:
        lines.append(translate("solve_still", lang, lever=words["lever"]))
    if answer["crossings"] > 1:
        lines.append(translate("solve_several", lang, n=answer["crossings"]))
    return lines


def _a_month(answer: Row, lang: Language) -> str:
    """Return what a flow a year comes to in a month; nothing for money and stocks."""
    unit = str(answer["unit"])
    if not unit.endswith("/year") or "EUR" in unit:
        return ""
    return translate("solve_month", lang, amount=amount(answer["answer"] / MONTHS_A_YEAR, lang))


def _levers(data: StudyData) -> list[tuple[str, Lever, str]]:
    """Return the column of each lever, its name, and its unit."""
    each = [lever(text, "--lever") for text in data.asked["levers"]]
    return [(str(item), item, quantity_of(data.first, item, "--lever").unit) for item in each]


def _print_frontier(data: StudyData, target: Target, lang: Language) -> Table:
    """Return the frontier, printed: a row a value of the second lever."""
    (first, first_lever, unit), (second, second_lever, other_unit) = _levers(data)
    title = translate(
        "frontier_title",
        lang,
        first=lever_words(first_lever, data.first, lang),
        target=target_words(target, data.first, lang),
        how=how(target, lang),
    )
    table = Table(title=title, title_justify="left")
    heads = [f"{lever_words(second_lever, data.first, lang)}, {unit_words(other_unit, lang)}"]
    heads += [
        f"{translate('frontier_answer', lang)}, {unit_words(unit, lang)}",
        translate("band_80", lang),
    ]
    for head in heads:
        table.add_column(head, justify="right")
    for row in data.table("frontier").to_dict("records"):
        if pd.isna(row[first]):
            words, band = translate("frontier_all" if row["all_met"] else "frontier_none", lang), ""
        else:
            words = amount(row[first], lang, unit)
            low, high = (amount(row[name], lang, unit) for name in ("p10", "p90"))
            band = translate("range", lang, low=low, high=high)
        table.add_row(amount(row[second], lang, other_unit), words, band)
    return table


def _frontier_sentences(data: StudyData, target: Target, lang: Language) -> list[str]:
    """Return that no pair meets the target, and how near it came."""
    rows = data.table("grid").to_dict("records")
    if any(row["met"] for row in rows):
        return [translate("frontier_lines", lang)]
    missed = np.nan_to_num([target.missed(row["held"]) for row in rows], nan=np.inf)
    best = rows[int(np.argmin(missed))]
    first, second = (
        f"{lever_words(lever, data.first, lang)} = {with_unit(best[column], lang, unit)}"
        for column, lever, unit in _levers(data)
    )
    never = translate(
        "frontier_never",
        lang,
        target=target_words(target, data.first, lang),
        how=how(target, lang),
        first=first,
        second=second,
        held=held(target, best["held"], lang),
    )
    return [never, translate("frontier_lines", lang)]


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return the ``answer`` of one lever if there is one, and its ``present`` value.

    ``at_least`` is the median of the target's cell with the lever at the least value tried.
    """
    if "answer" not in tables:
        return {}
    (answer,), (least, *_) = (tables[name].to_dict("records") for name in ("answer", "points"))
    known = {
        "present": Value(answer["present"]),
        "at_least": Value(least["p50"], (least["p10"], least["p90"])),
    }
    if answer["answer"] is None or np.isnan(answer["answer"]):
        return known
    band = (float(answer["p10"]), float(answer["p90"]))
    return known | {"answer": Value(float(answer["answer"]), band, sampled=True)}


IMPLEMENTATION = Implementation(
    run,
    tell,
    {
        "solution": StudyChart("solution", solve_chart.draw, solve_chart.words),
        "frontier": StudyChart("frontier", frontier_chart.draw, frontier_chart.words),
    },
    values,
)
