"""Metrics of the answers: the cells they need, their values, names and origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache, reduce

import numpy as np

from ..errors import Message, Problem, ScenarioError
from ..hindcast import SERIES, coverage, kept, official_cells
from ..model.sampling import Floats, hypercube_column
from ..report.display_names import cell_name, input_name
from ..report.i18n import Language, number, translate
from ..results.cell import CellRef
from ..results.cell import parse as parse_cell
from ..results.conditions import ComparisonOp, Operand, evaluate
from ..results.conditions import parse as parse_condition
from ..results.experiment import summary_value
from ..results.precision import Interval, of_probability, of_statistic, quantile_with_error
from ..scenario import Loaded, Scenario, load_chain, quantities
from ..studies.base import Value
from .questions import Metric, Operation, Question

KnownMetric = Mapping[str, Mapping[str, Floats]]
"""Cells (replication,) by scenario and address without a statistic."""
StudyValues = Mapping[str, Mapping[str, Value]]
"""Entries by the command of a study."""
ENDS = (0.1, 0.9)
MIDDLES = ("mean", "p50")
"""Statistics that have an interval; an end of the distribution has none."""


@cache
def loaded_of(name: str) -> Loaded:
    """Load a shipped scenario, or a chain of them with '+', with its history; cached."""
    return load_chain([part.strip() for part in re.split(r"\+", name)])


def scenario_of(name: str) -> Scenario:
    """Return a shipped scenario, or a chain of them with '+'."""
    return loaded_of(name).scenario


def required_cells(selected: Iterable[Question]) -> dict[str, tuple[CellRef, ...]]:
    """Return the cells that the metrics of some questions need, by scenario."""
    result: dict[str, dict[str, CellRef]] = {}
    for question in selected:
        for figure in question.figures.values():
            for name in (figure.of, figure.against):
                if name is not None and figure.cells():
                    cells = result.setdefault(name, {})
                    cells |= {cell.cell: replace(cell, statistic="mean") for cell in figure.cells()}
    return {name: tuple(cells.values()) for name, cells in result.items()}


def values_of(question: Question, known: KnownMetric, studied: StudyValues) -> dict[str, Value]:
    """Return all metrics of a question; raises ``ScenarioError`` for an unknown key."""
    arrays = arrays_of(question, known)
    result: dict[str, Value] = {}
    for name, figure in question.figures.items():
        if figure.certainty is not None:
            result[name] = _enough(
                array_of(figure.model_copy(update={"certainty": None}), known, {}),
                figure.certainty,
            )
        elif figure.study is None:
            result[name] = summarise_metric(figure, arrays[name])
        else:
            study, _, entry = figure.study.partition(".")
            command = question.studies[study].command
            result[name] = _times(_entry(studied[command], entry, command), figure.times)
    return result


def violated_conditions(question: Question, values: Mapping[str, Value]) -> list[str]:
    """Return the conditions of an answer's text that do not hold."""
    plain = {name: value.value for name, value in values.items()}
    return [
        text for text in question.provided if not evaluate(parse_condition(text, "provided"), plain)
    ]


def arrays_of(question: Question, known: KnownMetric) -> dict[str, Floats]:
    """Return the metrics of a question in each replication, except those of studies."""
    arrays: dict[str, Floats] = {}
    for name, figure in question.figures.items():
        if figure.study is None:
            arrays[name] = array_of(figure, known, arrays)
    return arrays


def _entry(values: Mapping[str, Value], entry: str, command: str) -> Value:
    if entry not in values:
        what = Message("this study gives no '{entry}'", entry=entry)
        raise ScenarioError(
            [Problem(command, what, Message("it gives {names}", names=", ".join(values)))]
        )
    return values[entry]


def _times(value: Value, factor: float) -> Value:
    return Value(
        factor * value.value,
        _turned(value.band, factor),
        value.sampled,
        _turned(value.error, factor),
    )


def _turned(ends: tuple[float, float] | None, factor: float) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = sorted(factor * end for end in ends)
    return low, high


def array_of(figure: Metric, known: KnownMetric, before: Mapping[str, Floats]) -> Floats:
    """Return a metric in each replication (replication,), or once (1,) where it is not random.

    ``before`` holds the metrics it may be made of. A probability is 1 where its condition holds.
    """
    if figure.operation is not None:
        parts = [before[part] for part in figure.parts]
        return figure.times * reduce(_DO[figure.operation], parts)
    if figure.given is not None:
        return np.array([figure.times * figure.given])
    if figure.assumed is not None:
        return figure.times * _between(figure, _replications(known))
    if figure.key is not None:
        return np.array([figure.times * _number(figure)])
    if figure.score is not None:
        return np.array([figure.times * score_entries()[figure.score]])
    cells = known.get(figure.of, {})
    if figure.chance is not None:
        asked = {name: cells[name] if "." in name else before[name] for name in figure.asked_of}
        met: Floats = evaluate(parse_condition(figure.chance, "chance"), asked)
        return met.astype(np.float64)
    name = figure.address.cell
    values: Floats = figure.times * cells[name]
    if figure.against is not None:
        values = values - figure.times * known[figure.against][name]
    if figure.certainty is not None:
        return np.array([np.quantile(values, figure.certainty)])
    return values


_DO: dict[Operation, np.ufunc] = {
    "sum": np.add,
    "difference": np.subtract,
    "product": np.multiply,
    "ratio": np.divide,
}


def summarise_metric(figure: Metric, values: Floats) -> Value:
    """Return the median or mean of a metric and its interval; of a probability the share.

    With its simulation error, where it has one.
    """
    known = values[np.isfinite(values)]
    if figure.chance is not None or known.size == 1:
        error = _known(of_probability(values)) if figure.chance is not None else None
        return Value(float(np.mean(known)), error=error)
    statistic = figure.address.statistic if figure.cell is not None else "p50"
    low, high = np.quantile(known, ENDS)
    band = (float(low), float(high)) if statistic in MIDDLES and low < high else None
    error = _known(of_statistic(values, statistic))
    return Value(summary_value(known, statistic), band, error=error)


def _known(ends: Interval) -> tuple[float, float] | None:
    """Return an interval as plain numbers; None where it is not known, as with few replications."""
    low, high = (float(end) for end in ends)
    return (low, high) if np.isfinite(low) and np.isfinite(high) else None


FEW = 500
"""Values of an assumed metric where no run gives the number of replications."""


def _replications(known: KnownMetric) -> int:
    return next((cell.size for cells in known.values() for cell in cells.values()), FEW)


def _between(figure: Metric, count: int) -> Floats:
    """Return an assumed size in each replication, uniform between its ends.

    All assumed sizes are fully correlated, so that no interval is too narrow.
    """
    assert figure.low is not None
    assert figure.high is not None
    parts = hypercube_column("assumed", count, 0)
    result: Floats = figure.low + (figure.high - figure.low) * parts
    return result


def _enough(values: Floats, certainty: float) -> Value:
    """Return the amount that is enough with some certainty, and its simulation error (95%)."""
    amount, low, high = quantile_with_error(values, certainty)
    return Value(amount, _known((np.array(low), np.array(high))), sampled=True)


def _number(figure: Metric) -> float:
    key, mark, year = (figure.key or "").partition("@")
    quantity = dict(quantities(scenario_of(figure.of))).get(key)
    if quantity is None:
        raise ScenarioError([Problem(key, "is not a number of this scenario", "")])
    return quantity.on(date(int(year), 1, 1)) if mark else quantity.single


SIGNS = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


def figure_name(figure: Metric, lang: Language) -> str:
    """Return the name of a metric for readers."""
    if figure.name is not None:
        text: str = getattr(figure.name, lang)
        return text
    if figure.key is not None:
        key, mark, year = figure.key.partition("@")
        name = input_name(key, scenario_of(figure.of), lang)
        return translate("cell_in", lang, what=name, year=year) if mark else name
    if figure.chance is not None:
        return _chance_name(figure.chance, scenario_of(figure.of), lang)
    name = cell_name(figure.address, scenario_of(figure.of), lang)
    if figure.against is not None:
        return translate("figure_more" if figure.times > 0 else "figure_fewer", lang, what=name)
    if figure.certainty is not None:
        percent = number(100 * figure.certainty, lang)
        return translate("figure_enough", lang, what=name, percent=percent)
    statistic = figure.address.statistic
    if statistic not in ("p50", "mean"):
        return translate("figure_percentile", lang, what=name, n=int(statistic.removeprefix("p")))
    return name


def figure_from(question: Question, figure: Metric, lang: Language) -> str:
    """Return the origin of a metric: scenario titles, or a document and the place in it."""
    if figure.given is not None:
        where = _place(figure.where or "", lang)
        if figure.source is not None:
            return f"{figure.source}, {where}"
        return translate("place_in_document", lang, where=where)
    if figure.assumed is not None and figure.because is not None:
        return translate("figure_assumed", lang, because=getattr(figure.because, lang))
    if figure.study is not None:
        study = question.studies[figure.study.partition(".")[0]]
        return translate("figure_study", lang, command=study.command)
    if figure.score is not None:
        return translate("figure_score", lang)
    if figure.operation is not None:
        return translate("figure_reckoned", lang)
    of = title(figure.of, lang)
    if figure.against is None:
        return translate("figure_scenario", lang, title=of)
    pair = (of, title(figure.against, lang))
    first, second = pair if figure.times > 0 else pair[::-1]
    return translate("figure_less", lang, first=first, second=second)


def _place(where: str, lang: Language) -> str:
    """Translate a place as the question files have it ("D66, vraag 5, tabel 1")."""
    for word, key in (("vraag", "answer_question"), ("tabel", "place_table")):
        where = re.sub(rf"\b{word}\b", translate(key, lang), where)
    return where


def title(name: str, lang: Language) -> str:
    """Return the title of a scenario."""
    text: str = getattr(scenario_of(name).title, lang)
    return text


def _chance_name(text: str, scenario: Scenario, lang: Language) -> str:
    condition = parse_condition(text, "chance")
    if not isinstance(condition, ComparisonOp):
        return text
    return translate(
        "figure_chance",
        lang,
        left=_operand(condition.left, scenario, lang),
        sign=translate(f"sign_{SIGNS[condition.sign]}", lang),
        right=_operand(condition.right, scenario, lang),
    )


def _operand(operand: Operand, scenario: Scenario, lang: Language) -> str:
    if operand.name is not None:
        return cell_name(parse_cell(operand.name), scenario, lang)
    assert operand.number is not None
    return number(operand.number, lang)


@cache
def score_entries() -> dict[str, float]:
    """Return entries of the scorecard, from the hindcasts stored with the package.

    ``held_80``: share of all cells that the 80% band held; ``cells``: how many there are. By
    series: ``SERIES.too_low``, the share of cells of which the program's middle was below what
    came; ``SERIES.cells``. Where official forecasts or budgets lie beside the program:
    ``SERIES.official_cells``, ``SERIES.official_too_low``, and the mean errors in parts of what
    came, ``SERIES.official_error`` and ``SERIES.program_error``.
    """
    found = kept()
    whole = coverage(found.march)
    result = {"held_80": whole.share, "cells": float(whole.cells)}
    program = found.march[found.march["forecaster"] == "program"]
    beside = official_cells(found.official)
    for series in SERIES:
        mine = program[program["series"] == series]
        theirs = beside[beside["series"] == series]
        result[f"{series}.too_low"] = float((mine["error"] < 0).mean())
        result[f"{series}.cells"] = float(len(mine))
        result[f"{series}.official_cells"] = float(len(theirs))
        if len(theirs):
            result[f"{series}.official_too_low"] = float((theirs["official_error"] < 0).mean())
            result[f"{series}.official_error"] = float(theirs["official_percentage"].mean())
            result[f"{series}.program_error"] = float(theirs["program_percentage"].mean())
    return result
