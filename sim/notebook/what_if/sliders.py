"""Sliders of the what-if, the scenario changes they make, and their patch."""

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
"""Sliders change numbers of people from here on; earlier ones are nearly known."""
STOCK_REACHED = 2027
BUDGET_YEAR = 2027
CERTAINTY = 80
BECAUSE = "turned in a what-if"

Changes = dict[str, Any]


@dataclass(frozen=True)
class Slider:
    """A slider: range and step in the unit shown, present value, and scenario changes.

    ``here`` is the scenario's own value, ``start`` the slider step nearest to it.
    ``changes`` gives what a patch would write for a value; ``money`` says that it
    affects costs only, so that nothing has to be simulated again.
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
    """Return the sliders of a scenario, each at the scenario's own value.

    The slider of regular places starts at the planned number; there it changes nothing.
    """
    first = scenario.inflow.first.on(SINCE)
    homes = scenario.housing.homes.on(SINCE) / 12
    work = scenario.ind.capacity.planned.on(SINCE)
    money = _line(scenario)[1].on(date(BUDGET_YEAR, 1, 1)) / 1e6
    prices = affects_costs_only(scenario, "prices.factor")
    budgets = affects_costs_only(scenario, _line(scenario)[0])
    return (
        _slider("inflow", 5_000, 80_000, 500, first, _at("inflow.first")),
        _slider("grant", 50, 120, 1, 100, _grant),
        _slider("ind", 10_000, 60_000, 100, work, _at("ind.capacity.planned")),
        _slider("homes", 500, 6_000, 50, homes, _homes),
        _slider("regular", 20_000, 120_000, 500, PLANNED, _regular),
        _slider("price", 70, 150, 1, 100, _price, money=prices),
        _slider("budget", 0, 12_000, 25, money, _set_budget, money=budgets),
        _slider("certainty", 50, 95, 5, CERTAINTY, _nothing, money=True),
    )


def _slider(
    name: str,
    low: float,
    high: float,
    step: float,
    here: float,
    changes: Callable[[Scenario, float], Changes],
    money: bool = False,
) -> Slider:
    """Return a slider at the step nearest to ``here``, in a range that includes it."""
    start = round(here / step) * step
    return Slider(name, min(low, start), max(high, start), step, start, here, changes, money)


def apply_sliders(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with its sliders at these values; those not moved change nothing.

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
    """Return the patch content of the sliders that were moved."""
    changes: Changes = {}
    for knob in sliders(scenario):
        value = values.get(knob.name, knob.start)
        if value != knob.start:
            changes |= knob.changes(scenario, value)
    return changes


def _at(key: str) -> Callable[[Scenario, float], Changes]:
    """Return changes that set a number from 2026 on and keep it before."""
    return lambda scenario, value: {key: _set(scenario, dict(quantities(scenario))[key], value)}


def _homes(scenario: Scenario, a_month: float) -> Changes:
    return {"housing.homes": _set(scenario, scenario.housing.homes, 12 * a_month)}


def _set(scenario: Scenario, quantity: Quantity, value: float) -> Any:
    """Return a number with another value from 2026 on, with uncertainty in proportion.

    So a small move of a slider has a small effect and removes no uncertainty. A number around
    zero has no proportion and becomes certain.
    """
    path = path_from(quantity, scenario.start, SINCE, value)
    if quantity.spread is None or not quantity.central_draw():
        return as_written(quantity, path)
    spread = _in_proportion(quantity.spread, 1.0 / quantity.central_draw()) | {"as": "factor"}
    written = {"value": path, "unit": quantity.unit, "assumption": BECAUSE, "spread": spread}
    return written | ({"between": "straight"} if quantity.between == "straight" else {})


def _in_proportion(spread: Distribution, times: float) -> Changes:
    """Return a spread as a patch writes it, scaled by a factor."""
    points = spread.model_dump(by_alias=True, exclude_none=True)
    if spread.kind == "value":
        of_values = {"low", "mode", "high", "p5", "p50", "p95"}
        if spread.dist != "lognormal":
            of_values.add("sd")
        points |= {key: points[key] * times for key in of_values & points.keys()}
    return points


def _grant(scenario: Scenario, percent: float) -> Changes:
    """Scale the granted share of every group from 2026 on, in percent.

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
    """Return a percentage of a share, so limited that no draw of it exceeds 1."""
    most = 1.0
    if quantity.spread is not None and quantity.central_draw():
        most = quantity.central_draw() / quantity.spread.ends(quantity.central_draw())[1]
    return floor(min(quantity.on(SINCE) * percent / 100, open_, most) * 1e6 + 1e-6) / 1e6


def _regular(scenario: Scenario, places: float) -> Changes:
    """Move regular places to a level by 2027, half of the way by 2026."""
    stood = opening(scenario)
    path = {
        scenario.start: stood,
        date(STOCK_REACHED - 1, 1, 1): (stood + places) / 2,
        date(STOCK_REACHED, 1, 1): places,
    }
    return {REGULAR_STOCK: {"value": path, "unit": "places", "assumption": BECAUSE}}


def _price(scenario: Scenario, percent: float) -> Changes:
    """Scale all prices of a place, in percent; their relative uncertainty stays."""
    quantity = scenario.prices.factor
    changed: Changes = {"value": quantity.single * percent / 100, "assumption": BECAUSE}
    if quantity.spread is not None:
        changed["spread"] = _in_proportion(quantity.spread, percent / 100)
    return {"prices.factor": changed}


def _nothing(_scenario: Scenario, _value: float) -> Changes:
    return {}


def _line(scenario: Scenario) -> tuple[str, Quantity]:
    """Return the budget for COA and Nidos in the headline's vintage; raises ``ScenarioError``."""
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
    """Return the value of a slider with its unit."""
    if knob.name == "regular" and value == knob.start:
        return translate("knob_as_it_is", lang)
    told = number(knob.here if value == knob.start else value, lang)
    return translate(UNITS[knob.name], lang, value=told) if knob.name in UNITS else told


def turned_in_words(knobs: Mapping[Slider, float], lang: Language) -> str:
    """Return a sentence on the sliders that were moved, with old and new values."""
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
    """Return a patch with the moved sliders; ``sets`` are keys that were set before.

    Raises ``ScenarioError`` if no slider was moved.
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
    """Write a patch on the scenario made of ``names`` to a new file.

    Raises ``ScenarioError`` if the file exists or no slider was moved.
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
    """YAML dumper without anchors, which scenario files do not have."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True
