"""Sliders of the what-if, the scenario changes they make, and their patch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from pathlib import Path
from typing import Any

from ..errors import Problem, ScenarioError
from ..export.safe_write import write_file
from ..model.prices import affects_costs_only
from ..report.i18n import Language, number, translate
from ..scenario import Quantity, Scenario, override, quantities, relative_name, yaml_writer
from ..scenario.version import KEY as VERSION
from ..scenario.version import SCHEMA
from ..studies.asked import Lever
from ..studies.levers import as_written, path_from, setting
from ..studies.optimal_places import KEY as REGULAR_PLACES
from ..studies.optimal_places import PLANNED, opening

SINCE = date(2026, 1, 1)
"""Sliders change numbers of people from here on; earlier ones are nearly known."""
PLACES_REACHED = BUDGET_YEAR = 2027
CERTAINTY = 80
ASSUMPTION = "set in a what-if"
PRICES = ("price", "resident_price")
"""Keys of what a type of place costs."""
LANGUAGES: tuple[Language, ...] = ("en", "nl")
UNITS = {
    "grant": "slider_percent",
    "price": "slider_percent",
    "certainty": "slider_percent",
    "budget": "slider_million",
}

Changes = dict[str, Any]


@dataclass(frozen=True)
class Slider:
    """A slider: range and step in the unit shown, present value, and scenario changes.

    ``own`` is the scenario's own value, ``start`` the slider step nearest to it. ``changes`` gives
    what a patch writes for a value. A slider that affects ``costs_only`` needs no new simulation.
    """

    name: str
    low: float
    high: float
    step: float
    start: float
    own: float
    changes: Callable[[Scenario, float], Changes]
    costs_only: bool = False


def sliders(scenario: Scenario) -> tuple[Slider, ...]:
    """Return the sliders of a scenario, each at the scenario's own value.

    The slider of regular places starts at the planned number; there it changes nothing.
    """
    first_applications = scenario.inflow.first.on(SINCE)
    homes_a_month = scenario.housing.homes.on(SINCE) / 12
    decisions = scenario.ind.capacity.planned.on(SINCE)
    budget_key, budget = _budget_line(scenario)
    million = budget.on(date(BUDGET_YEAR, 1, 1)) / 1e6
    prices_only = affects_costs_only(scenario, "prices.estimated_factor")
    budget_only = affects_costs_only(scenario, budget_key)
    return (
        _slider("inflow", 5_000, 80_000, 500, first_applications, _set_key("inflow.first")),
        _slider("grant", 50, 120, 1, 100, _scale_granted_shares),
        _slider("ind", 10_000, 60_000, 100, decisions, _set_key("ind.capacity.planned")),
        _slider("homes", 500, 6_000, 50, homes_a_month, _set_homes),
        _slider("regular", 20_000, 120_000, 500, PLANNED, _set_regular_places),
        _slider("price", 70, 150, 1, 100, _scale_prices, costs_only=prices_only),
        _slider("budget", 0, 12_000, 25, million, _set_budget, costs_only=budget_only),
        _slider("certainty", 50, 95, 5, CERTAINTY, _no_changes, costs_only=True),
    )


def _slider(
    name: str,
    low: float,
    high: float,
    step: float,
    own: float,
    changes: Callable[[Scenario, float], Changes],
    costs_only: bool = False,
) -> Slider:
    """Return a slider at the step nearest to ``own``, in a range that includes it."""
    start = round(own / step) * step
    return Slider(name, min(low, start), max(high, start), step, start, own, changes, costs_only)


def apply_sliders(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with its sliders at these values; those not moved change nothing.

    Raises ``ScenarioError`` if the scenario can't have such a value.
    """
    changes = patch_changes(scenario, values)
    if not changes:
        return scenario
    changes["title"] = _title(scenario)
    if scenario.posterior is not None:
        # A slider says what a number is, whatever was observed.
        released = scenario.posterior.without(changes)
        scenario = scenario.model_copy(update={"posterior": released})
    return override(scenario, changes, ASSUMPTION, keeps_spread=True)


def _title(scenario: Scenario) -> dict[str, str]:
    return {
        lang: translate("whatif_title", lang, title=getattr(scenario.title, lang))
        for lang in LANGUAGES
    }


def moved_sliders(scenario: Scenario, values: Mapping[str, float]) -> list[Slider]:
    """Return the sliders that are not at the scenario's own value."""
    return [one for one in sliders(scenario) if values.get(one.name, one.start) != one.start]


def patch_changes(scenario: Scenario, values: Mapping[str, float]) -> Changes:
    """Return what a patch sets for the sliders that were moved."""
    changes: Changes = {}
    for slider in moved_sliders(scenario, values):
        changes |= slider.changes(scenario, values[slider.name])
    return changes


def _set_key(key: str) -> Callable[[Scenario, float], Changes]:
    """Return changes that set a number from 2026 on and keep it before."""
    return lambda scenario, value: {
        key: _set_from_2026(scenario, dict(quantities(scenario))[key], value)
    }


def _set_homes(scenario: Scenario, a_month: float) -> Changes:
    return {"housing.homes": _set_from_2026(scenario, scenario.housing.homes, 12 * a_month)}


def _set_from_2026(scenario: Scenario, quantity: Quantity, value: float) -> Any:
    """Return a number with another value from 2026 on, with uncertainty in proportion.

    So a small move of a slider has a small effect and removes no uncertainty. A number around
    zero has no proportion and becomes certain.
    """
    return as_written(quantity, path_from(quantity, scenario.start, SINCE, value))


def _scale_granted_shares(scenario: Scenario, percent: float) -> Changes:
    """Scale the granted share of every group from 2026 on, in percent.

    It can't exceed the share of cases that are not closed without a decision. For a group whose
    cases the IND holds, the share after the hold is scaled.
    """
    changes: Changes = {}
    on_hold = {hold.group for hold in scenario.ind.holds}
    for name, group in scenario.groups.items():
        if name in on_hold or not group.granted_share.on(SINCE):
            continue
        quantity = group.granted_share
        share = _share(quantity, percent, 1.0 - group.closed_share.on(SINCE))
        changes[f"groups.{name}.granted_share"] = _set_from_2026(scenario, quantity, share)
    for index, hold in enumerate(scenario.ind.holds):
        most = 1.0 - scenario.groups[hold.group].closed_share.on(SINCE)
        share = _share(hold.granted_after, percent, most)
        changes[f"ind.holds.{index}.granted_after"] = _set_from_2026(
            scenario, hold.granted_after, share
        )
    return changes


def _share(quantity: Quantity, percent: float, most: float) -> float:
    """Return a percentage of a share, at most ``most`` and so that no draw of it exceeds 1."""
    if quantity.spread is not None and quantity.central_draw():
        centre = quantity.central_draw()
        most = min(most, centre / quantity.spread.ends(centre)[1])
    return floor(min(quantity.on(SINCE) * percent / 100, most, 1.0) * 1e6 + 1e-6) / 1e6


def _set_regular_places(scenario: Scenario, places: float) -> Changes:
    """Move regular places to a level by 2027, half of the way by 2026."""
    before = opening(scenario)
    path = {
        scenario.start: before,
        date(PLACES_REACHED - 1, 1, 1): (before + places) / 2,
        date(PLACES_REACHED, 1, 1): places,
    }
    stated = {"value": path, "unit": "places", "certain": True, "assumption": ASSUMPTION}
    return {REGULAR_PLACES: stated}


def _scale_prices(scenario: Scenario, percent: float) -> Changes:
    """Scale all prices of a place, in percent; their relative uncertainty stays.

    At the estimated level that is its factor. At the others it is each published price, and what
    was paid in 2024, so that the level paid moves as well.
    """
    places = scenario.reception.places
    keys = ["prices.estimated_factor"]
    if scenario.prices.level != "estimated":
        priced = [f"reception.places.{name}.{key}" for name in places for key in PRICES]
        keys = ["prices.emergency_mean", "prices.paid_2024", *priced]
    numbers = dict(quantities(scenario))
    return {key: _scaled(numbers[key], percent / 100) for key in keys if key in numbers}


def _scaled(quantity: Quantity, by: float) -> Changes:
    return {"value": quantity.single * by, "assumption": ASSUMPTION}


def _no_changes(_scenario: Scenario, _value: float) -> Changes:
    return {}


def _budget_line(scenario: Scenario) -> tuple[str, Quantity]:
    """Return the key and amount of the headline's budget for COA and Nidos.

    Raises ``ScenarioError`` if it has none.
    """
    key = f"budget.vintages.{scenario.budget.headline}.lines.coa_nidos"
    amount = scenario.budget.vintages[scenario.budget.headline].lines.get("coa_nidos")
    if amount is None:
        what = "the headline's budget has no line for COA and Nidos"
        raise ScenarioError([Problem(key, what, "choose another budget.headline")])
    return key, amount


def _set_budget(scenario: Scenario, million: float) -> Changes:
    key, _ = _budget_line(scenario)
    return {key: setting(scenario, Lever(key, date(BUDGET_YEAR, 1, 1)), million * 1e6)}


def value_text(slider: Slider, value: float, lang: Language) -> str:
    """Return the value of a slider with its unit."""
    if slider.name == "regular" and value == slider.start:
        return translate("slider_unchanged", lang)
    text = number(slider.own if value == slider.start else value, lang)
    return translate(UNITS[slider.name], lang, value=text) if slider.name in UNITS else text


def moves_text(moved: Mapping[Slider, float], lang: Language) -> str:
    """Return a sentence on the sliders that were moved, with old and new values."""
    parts = [
        translate(
            "whatif_move" if one.name != "regular" else "whatif_move_only",
            lang,
            what=translate(f"slider_{one.name}", lang),
            value=value_text(one, value, lang),
            before=value_text(one, one.start, lang),
        )
        for one, value in moved.items()
    ]
    return translate("whatif_moves", lang, moves="; ".join(parts))


def make_patch(
    scenario: Scenario, extends: Sequence[str], sets: Mapping[str, Any], values: Mapping[str, float]
) -> dict[str, Any]:
    """Return a patch with the moved sliders; ``sets`` are keys that were set before.

    Raises ``ScenarioError`` if no slider was moved.
    """
    moved = {
        one: values[one.name] for one in moved_sliders(scenario, values) if one.name != "certainty"
    }
    if not moved:
        raise ScenarioError([Problem("what-if", "no slider was moved", "move a slider first")])
    texts = {
        "title": _title(scenario),
        "description": {lang: moves_text(moved, lang) for lang in LANGUAGES},
    }
    base = extends[0] if len(extends) == 1 else list(extends)
    return {VERSION: SCHEMA, "extends": base} | texts | dict(sets) | patch_changes(scenario, values)


def patch_text(
    folder: Path,
    scenario: Scenario,
    names: Sequence[str],
    sets: Mapping[str, Any],
    values: Mapping[str, float],
) -> str:
    """Return a patch on the scenario made of ``names`` as the text of a file in a folder.

    Raises ``ScenarioError`` if no slider was moved.
    """
    extends = [relative_name(name, folder) for name in names]
    return yaml_writer.patch_text(make_patch(scenario, extends, sets, values))


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
        raise ScenarioError(
            [Problem(str(file), "its name does not end in .yaml", "choose another name")]
        )
    if file.exists():
        advice = "choose another name, or remove it"
        raise ScenarioError([Problem(str(file), "this file already exists", advice)])
    text = patch_text(file.absolute().parent, scenario, names, sets, values)
    write_file(file, text.encode("utf-8"))
