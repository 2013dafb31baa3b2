"""Targets: a condition on a table cell, at or below (or above) a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..model.sampling import Floats
from ..report.charts.elements import BILLION, cell_words
from ..report.display_names import statistic_name
from ..report.i18n import Language, billion, number, translate, unit_name
from ..report.study_data import StudyData
from ..results.cell import MONEY, CellRef
from ..scenario import Scenario
from .asked import Lever, condition_of
from .levers import lever_words

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Target:
    """A cell that must be at or below (or above) a number, with a certainty or in a statistic."""

    text: str
    address: CellRef
    below: bool
    number: float
    certainty: float | None

    def held(self, values: Floats) -> Floats:
        """Return what is compared with the number, along the last axis: a quantile or statistic.

        Over the replications that are known; NaN where none is.
        """
        known: Bools = np.asarray(np.isfinite(values))
        if known.all():
            return self._over(values)
        some: Bools = np.asarray(known.any(axis=-1))
        result = self._over(np.where(known, values, np.where(some[..., None], np.nan, 0.0)))
        return np.where(some, result, np.nan)

    def _over(self, values: Floats) -> Floats:
        if self.certainty is None:
            if self.address.statistic == "mean":
                return np.asarray(np.nanmean(values, axis=-1))
            q = int(self.address.statistic[1:]) / 100
        else:
            q = self.certainty if self.below else 1 - self.certainty
        return np.asarray(np.nanquantile(values, q, axis=-1))

    def excess(self, values: Floats) -> Floats:
        """Return by how much the target is missed, along the last axis; at most zero if met."""
        missed: Floats = self.missed(self.held(values))
        return missed

    def missed(self, held: Any) -> Any:
        """Return how far a value is on the wrong side of the number: an array or one number."""
        return held - self.number if self.below else self.number - held

    def chance(self, values: Floats) -> float:
        """Return the share of known replications in which the target is met."""
        values = values[np.isfinite(values)]
        if not values.size:
            return float("nan")
        met = values <= self.number if self.below else values >= self.number
        return float(met.mean())


def target_of(text: str, certainty: float) -> Target:
    """Read a target such as ``gap.total.2027 <= 0``.

    A cell with a statistic (``gap.total.2027:mean <= 0``) must satisfy it in that statistic; one
    without must satisfy it with the given certainty. Raises ``ScenarioError``.
    """
    address, below, limit, in_statistic = condition_of(text)
    return Target(text, address, below, limit, None if in_statistic else certainty)


YEARS_MONEY = "EUR/year"


def unit_words(unit: str, lang: Language) -> str:
    """The unit in which a lever's values are written."""
    return translate("unit_billion_year", lang) if unit == YEARS_MONEY else unit_name(unit, lang)


def how(target: Target, lang: Language) -> str:
    """With which certainty, or in which statistic, a target is held."""
    if target.certainty is None:
        statistic = statistic_name(target.address.statistic, lang)
        return translate("solve_in", lang, statistic=statistic)
    return translate("solve_with", lang, p=number(100 * target.certainty, lang))


def basis(target: Target, lang: Language) -> str:
    """Return what the target applies to, as a label: a certainty or a statistic."""
    if target.certainty is None:
        return statistic_name(target.address.statistic, lang)
    return how(target, lang)


def amount(value: float, lang: Language, unit: str = "") -> str:
    """A lever's value with as many figures as it can bear; a year's money in billions."""
    size = abs(value)
    if unit == YEARS_MONEY and size:
        return number(value / 1e9, lang, 3)
    if not size:
        return "0"
    if size >= 1e4:
        return number(round(value, -1), lang)
    return number(value, lang, 0 if size >= 100 else 1 if size >= 10 else 3)


def in_sentence(value: float, lang: Language, unit: str) -> str:
    """Return a lever's value with its unit, as in a sentence."""
    text = amount(value, lang, unit)
    if unit == YEARS_MONEY:
        return translate("shown_as_billion", lang, value=text)
    return f"{text} {unit_words(unit, lang)}"


def held(target: Target, value: float, lang: Language) -> str:
    """A value of the target's cell, with its unit if it is money."""
    return billion(value, lang, 2) if target.address.table in MONEY else amount(value, lang)


def bare(target: Target, value: float, lang: Language) -> str:
    """A value of the target's cell under a heading that has the unit."""
    money = target.address.table in MONEY
    return number(value / 1e9, lang, 2) if money else amount(value, lang)


def asked_target(data: StudyData) -> Target:
    """The target that was asked for."""
    return target_of(data.asked["target"], data.asked["certainty"])


def is_money(target: Target) -> bool:
    """Whether its cell stands in euros."""
    return target.address.table in MONEY


def unit_of(target: Target) -> float:
    """What its cell is drawn in."""
    return BILLION if is_money(target) else 1.0


def lever_unit(unit: str) -> float:
    """What a lever is drawn in: a year's money in billions."""
    return BILLION if unit == YEARS_MONEY else 1.0


def cell_and_unit(target: Target, scenario: Scenario, lang: Language) -> str:
    """The cell in words, with its unit if it is money."""
    text = cell_words(target.address, scenario, lang)
    return f"{text}, {translate('axis_billion', lang)}" if is_money(target) else text


def lever_and_unit(lever: Lever, unit: str, scenario: Scenario, lang: Language) -> str:
    """A lever in words, with its unit."""
    return f"{lever_words(lever, scenario, lang)}, {unit_words(unit, lang)}"


def target_words(target: Target, scenario: Scenario, lang: Language) -> str:
    """What is to hold: the cell, below or above which number."""
    cell = cell_words(target.address, scenario, lang)
    return translate(
        "study_target", lang, cell=cell, sign=_sign(target, lang), number=_number(target, lang)
    )


def limit_words(target: Target, lang: Language) -> str:
    """Return the limit of a target: at most or at least which number."""
    return f"{_sign(target, lang)} {_number(target, lang)}"


def with_unit(value: float, lang: Language, unit: str) -> str:
    """Return a lever's value with its unit; a year's money as an amount."""
    if unit == YEARS_MONEY:
        return billion(value, lang, 2)
    return f"{amount(value, lang, unit)} {unit_words(unit, lang)}"


def _sign(target: Target, lang: Language) -> str:
    return translate("sign_at_most" if target.below else "sign_at_least", lang)


def _number(target: Target, lang: Language) -> str:
    if not is_money(target):
        return amount(target.number, lang)
    text = billion(target.number, lang, 0 if target.number == 0 else 1)
    return text.rsplit(" ", 1)[0] if target.number == 0 else text


def value_words(target: Target, value: float, lang: Language) -> str:
    """A value of the cell, with its unit if it is money."""
    return billion(value, lang, 2) if is_money(target) else amount(value, lang)
