"""What a reader calls a cell, a number of a scenario and a figure: words in place of addresses."""

from __future__ import annotations

import re

from ..report.display_names import cell_name, input_name
from ..report.i18n import Language, label, number
from ..results.cell import parse
from ..results.conditions import ComparisonOp, Operand
from ..results.conditions import parse as parse_condition
from ..scenario import Scenario
from .metrics import scenario_of
from .questions import Metric, Question

SIGNS = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


def figure_name(figure: Metric, lang: Language) -> str:
    """A figure in words."""
    if figure.name is not None:
        text: str = getattr(figure.name, lang)
        return text
    if figure.key is not None:
        key, mark, year = figure.key.partition("@")
        name = input_name(key, scenario_of(figure.of), lang)
        return label("cell_in", lang, what=name, year=year) if mark else name
    if figure.chance is not None:
        return _chance_name(figure.chance, scenario_of(figure.of), lang)
    name = cell_name(figure.address, scenario_of(figure.of), lang)
    if figure.against is not None:
        return label("figure_more" if figure.times > 0 else "figure_fewer", lang, what=name)
    if figure.certainty is not None:
        percent = number(100 * figure.certainty, lang)
        return label("figure_enough", lang, what=name, percent=percent)
    statistic = figure.address.statistic
    if statistic not in ("p50", "mean"):
        return label("figure_percentile", lang, what=name, n=int(statistic.removeprefix("p")))
    return name


def figure_from(question: Question, figure: Metric, lang: Language) -> str:
    """Where a figure comes from: scenarios by their title, or a document with the place in it."""
    if figure.given is not None:
        where = _place(figure.where or "", lang)
        if figure.source is not None:
            return f"{figure.source}, {where}"
        return label("place_in_document", lang, where=where)
    if figure.assumed is not None and figure.because is not None:
        return label("figure_assumed", lang, because=getattr(figure.because, lang))
    if figure.study is not None:
        study = question.studies[figure.study.partition(".")[0]]
        return label("figure_study", lang, command=study.command)
    if figure.score is not None:
        return label("figure_score", lang)
    if figure.operation is not None:
        return label("figure_reckoned", lang)
    of = title(figure.of, lang)
    if figure.against is None:
        return of
    pair = (of, title(figure.against, lang))
    first, second = pair if figure.times > 0 else pair[::-1]
    return label("figure_less", lang, first=first, second=second)


def _place(where: str, lang: Language) -> str:
    """A place as the question files have it ("D66, vraag 5, tabel 1"), in a language."""
    for word, key in (("vraag", "answer_question"), ("tabel", "place_table")):
        where = re.sub(rf"\b{word}\b", label(key, lang), where)
    return where


def title(name: str, lang: Language) -> str:
    """What a scenario calls itself."""
    text: str = getattr(scenario_of(name).title, lang)
    return text


def _chance_name(text: str, scenario: Scenario, lang: Language) -> str:
    condition = parse_condition(text, "chance")
    if not isinstance(condition, ComparisonOp):
        return text
    return label(
        "figure_chance",
        lang,
        left=_operand(condition.left, scenario, lang),
        sign=label(f"sign_{SIGNS[condition.sign]}", lang),
        right=_operand(condition.right, scenario, lang),
    )


def _operand(operand: Operand, scenario: Scenario, lang: Language) -> str:
    if operand.name is not None:
        return cell_name(parse(operand.name), scenario, lang)
    assert operand.number is not None
    return number(operand.number, lang)
