"""What can be turned, and what it changes in a scenario."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from pathlib import Path
from typing import Any

import yaml

from ...errors import Problem, ScenarioError
from ...export.safe_write import write_file
from ...model.prices import affects_costs_only
from ...report.i18n import Language, number, translate
from ...scenario import Quantity, Scenario, override, quantities, shipped
from ...scenario.distribution import Distribution
from ...studies.levers import Lever, as_written, path_from, setting
from ...studies.optimal_places import KEY as REGULAR_STOCK
from ...studies.optimal_places import PLANNED, opening

SINCE = date(2026, 1, 1)
"""People's numbers change from here on: what lies before is nearly known."""
STOCK_REACHED = 2027
BUDGET_YEAR = 2027
CERTAINTY = 80
BECAUSE = "turned in a what-if"

Changes = dict[str, Any]


@dataclass(frozen=True)
class Slider:
    """One slider: its range and step in the unit shown, where it stands, and what it changes.

    ``here`` is the scenario's own value, ``start`` the place of the slider nearest to it.
    ``changes`` gives what a patch would write for a value; ``money`` says that nobody's bed
    depends on it, so that nothing has to be simulated again.
    """

    name: str
    low: float
    high: float
    step: float
    start: float
    here: float
    changes: Callable[[Scenario, float], Changes]
    money: bool = False


def sliders(scenario: Scenario) -> tuple[Slider, ...]:
    """The sliders of a scenario, each standing where the scenario is.

    Regular places stand at the planned stock; left there they are as the scenario has them.
    """
    first = scenario.inflow.first.on(SINCE)
    homes = scenario.housing.homes.on(SINCE) / 12
    work = scenario.ind.capacity.planned.on(SINCE)
    money = _line(scenario)[1].on(date(BUDGET_YEAR, 1, 1)) / 1e6
    prices = affects_costs_only(scenario, "prices.factor")
    budgets = affects_costs_only(scenario, _line(scenario)[0])
    return (
        _knob("inflow", 5_000, 80_000, 500, first, _at("inflow.first")),
        _knob("grant", 50, 120, 1, 100, _grant),
        _knob("ind", 10_000, 60_000, 100, work, _at("ind.capacity.planned")),
        _knob("homes", 500, 6_000, 50, homes, _homes),
        _knob("regular", 20_000, 120_000, 500, PLANNED, _regular),
        _knob("price", 70, 150, 1, 100, _price, money=prices),
        _knob("budget", 0, 12_000, 25, money, _set_budget, money=budgets),
        _knob("certainty", 50, 95, 5, CERTAINTY, _nothing, money=True),
    )


def _knob(
    name: str,
    low: float,
    high: float,
    step: float,
    here: float,
    changes: Callable[[Scenario, float], Changes],
    money: bool = False,
) -> Slider:
    """A knob that stands at the nearest step to ``here``, within a range that reaches it."""
    start = round(here / step) * step
    return Slider(name, min(low, start), max(high, start), step, start, here, changes, money)


def apply_sliders(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with its knobs at these values; those left where they stood change nothing.

    Raises ``ScenarioError`` if the scenario can't have such a value.
    """
    changes = changes_of(scenario, values)
    if not changes:
        return scenario
    title = {
        lang: translate("whatif_title", lang, title=getattr(scenario.title, lang))
        for lang in ("en", "nl")
    }
    return override(scenario, changes | {"title": title}, BECAUSE)


def changes_of(scenario: Scenario, values: Mapping[str, float]) -> Changes:
    """What a patch would write for the knobs that were turned."""
    changes: Changes = {}
    for knob in sliders(scenario):
        value = values.get(knob.name, knob.start)
        if value != knob.start:
            changes |= knob.changes(scenario, value)
    return changes


def _at(key: str) -> Callable[[Scenario, float], Changes]:
    """Sets a number from 2026 on; what holds before stays."""
    return lambda scenario, value: {key: _set(scenario, dict(quantities(scenario))[key], value)}


def _homes(scenario: Scenario, a_month: float) -> Changes:
    return {"housing.homes": _set(scenario, scenario.housing.homes, 12 * a_month)}


def _set(scenario: Scenario, quantity: Quantity, value: float) -> Any:
    """A number with another value from 2026 on, as unsure as it was, in proportion.

    So a slider that moves a little moves the picture a little: it does not make certain what the
    scenario leaves open. A number around zero has no proportion and becomes certain.
    """
    path = path_from(quantity, scenario.start, SINCE, value)
    if quantity.spread is None or not quantity.central_draw():
        return as_written(quantity, path)
    spread = _in_proportion(quantity.spread, 1.0 / quantity.central_draw()) | {"as": "factor"}
    written = {"value": path, "unit": quantity.unit, "assumption": BECAUSE, "spread": spread}
    return written | ({"between": "straight"} if quantity.between == "straight" else {})


def _in_proportion(spread: Distribution, times: float) -> Changes:
    """A spread as a patch writes it, that of values so many times as large."""
    points = spread.model_dump(by_alias=True, exclude_none=True)
    if spread.kind == "value":
        of_values = {"low", "mode", "high", "p5", "p50", "p95"}
        if spread.dist != "lognormal":
            of_values.add("sd")
        points |= {key: points[key] * times for key in of_values & points.keys()}
    return points


def _grant(scenario: Scenario, percent: float) -> Changes:
    """Every group's grants from 2026 on, a percentage of what they were.

    What is neither granted nor closed is rejected, so that the most there can be is what is not
    closed. Of a group that is held back the share after the hold counts.
    """
    changes: Changes = {}
    held = {hold.group for hold in scenario.ind.holds}
    for name, group in scenario.groups.items():
        if name in held or not group.granted_share.on(SINCE):
            continue
        quantity = group.granted_share
        share = _share(quantity, percent, 1.0 - group.closed_share.on(SINCE))
        changes[f"groups.{name}.granted_share"] = _set(scenario, quantity, share)
    for index, hold in enumerate(scenario.ind.holds):
        open_ = 1.0 - scenario.groups[hold.group].closed_share.on(SINCE)
        share = _share(hold.granted_after, percent, open_)
        changes[f"ind.holds.{index}.granted_after"] = _set(scenario, hold.granted_after, share)
    return changes


def _share(quantity: Quantity, percent: float, open_: float) -> float:
    """A percentage of a share, at most what is open to it; no draw of it is more than all."""
    most = 1.0
    if quantity.spread is not None and quantity.central_draw():
        most = quantity.central_draw() / quantity.spread.ends(quantity.central_draw())[1]
    return floor(min(quantity.on(SINCE) * percent / 100, open_, most) * 1e6 + 1e-6) / 1e6


def _regular(scenario: Scenario, places: float) -> Changes:
    """Regular places grow or shrink to a level by 2027, half the way by 2026."""
    stood = opening(scenario)
    path = {
        scenario.start: stood,
        date(STOCK_REACHED - 1, 1, 1): (stood + places) / 2,
        date(STOCK_REACHED, 1, 1): places,
    }
    return {REGULAR_STOCK: {"value": path, "unit": "places", "assumption": BECAUSE}}


def _price(scenario: Scenario, percent: float) -> Changes:
    """All prices of a place, a percentage of what they were; they stay as uncertain as they are."""
    quantity = scenario.prices.factor
    changed: Changes = {"value": quantity.single * percent / 100, "assumption": BECAUSE}
    if quantity.spread is not None:
        changed["spread"] = _in_proportion(quantity.spread, percent / 100)
    return {"prices.factor": changed}


def _nothing(_scenario: Scenario, _value: float) -> Changes:
    return {}


def _line(scenario: Scenario) -> tuple[str, Quantity]:
    """The budget for COA and Nidos in the headline's vintage; raises ``ScenarioError``."""
    key = f"budget.vintages.{scenario.budget.headline}.lines.coa_nidos"
    held = scenario.budget.vintages[scenario.budget.headline].lines.get("coa_nidos")
    if held is None:
        what = "the headline's budget has no line for COA and Nidos"
        raise ScenarioError([Problem(key, what, "take another budget.headline")])
    return key, held


def _set_budget(scenario: Scenario, million: float) -> Changes:
    key, _ = _line(scenario)
    return {key: setting(scenario, Lever(key, date(BUDGET_YEAR, 1, 1)), million * 1e6)}


UNITS = {"grant": "knob_percent", "price": "knob_percent", "certainty": "knob_percent",
         "budget": "knob_million"}  # fmt: skip
KNOBS = {
    "inflow": "knob_inflow",
    "grant": "knob_grant",
    "ind": "knob_ind",
    "homes": "knob_homes",
    "regular": "knob_regular",
    "price": "knob_price",
    "budget": "knob_budget",
    "certainty": "knob_certainty",
}


def value_of(knob: Slider, value: float, lang: Language) -> str:
    """Where a knob stands, with its unit."""
    if knob.name == "regular" and value == knob.start:
        return translate("knob_as_it_is", lang)
    told = number(knob.here if value == knob.start else value, lang)
    return translate(UNITS[knob.name], lang, value=told) if knob.name in UNITS else told


def turned_in_words(knobs: Mapping[Slider, float], lang: Language) -> str:
    """What was turned, and where it stood."""
    parts = [
        translate(
            "whatif_turned" if one.name != "regular" else "whatif_turned_only",
            lang,
            what=translate(KNOBS[one.name], lang),
            value=value_of(one, value, lang),
            before=value_of(one, one.start, lang),
        )
        for one, value in knobs.items()
    ]
    return translate("whatif_set", lang, told="; ".join(parts))


LANGS: tuple[Language, ...] = ("en", "nl")


def patch_of(
    scenario: Scenario, extends: Sequence[str], sets: Mapping[str, Any], values: Mapping[str, float]
) -> dict[str, Any]:
    """A patch that sets what was turned; ``sets`` are keys that were set before that.

    Raises ``ScenarioError`` if nothing was turned, so that the patch would say nothing.
    """
    changes = dict(sets) | changes_of(scenario, values)
    stood = {
        one: values[one.name]
        for one in sliders(scenario)
        if one.name != "certainty" and values.get(one.name, one.start) != one.start
    }
    if not stood:
        raise ScenarioError([Problem("what-if", "nothing was turned", "move a slider first")])
    texts = {
        "title": {
            lang: translate("whatif_title", lang, title=getattr(scenario.title, lang))
            for lang in LANGS
        },
        "description": {lang: turned_in_words(stood, lang) for lang in LANGS},
    }
    return {"extends": extends[0] if len(extends) == 1 else list(extends)} | texts | changes


def write_patch(
    file: Path,
    scenario: Scenario,
    names: Sequence[str],
    sets: Mapping[str, Any],
    values: Mapping[str, float],
) -> None:
    """Write a patch on the scenario that ``names`` made, where nothing stands yet.

    Raises ``ScenarioError`` if something does, or if nothing was turned.
    """
    if file.suffix != ".yaml":
        raise ScenarioError([Problem(str(file), "this is no .yaml", "name a scenario file")])
    if file.exists():
        advice = "choose another name, or remove it"
        raise ScenarioError([Problem(str(file), "this file is there already", advice)])
    known, folder = shipped(), file.absolute().parent
    extends = [
        name if name in known else os.path.relpath(Path(name).absolute(), folder) for name in names
    ]
    patch = patch_of(scenario, extends, sets, values)
    text = yaml.dump(patch, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=100)
    write_file(file, text.encode("utf-8"))


class _PlainDumper(yaml.SafeDumper):
    """Writes each value out: a scenario file has no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True
