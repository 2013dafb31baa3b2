"""Scenarios at the ends of what is valid, each made from the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from sim.scenario import Scenario, dump, source_keys
from sim.scenario.validate import problems_of

Data = dict[Any, Any]
"""A scenario as its file has it."""
NOBODY_COMES = {
    "inflow.first": 0,
    "inflow.repeat": 0,
    "inflow.resettled": 0,
    "other_intake.share_of_inflow": 0,
    "family.opening_pending": 0,
    "family.opening_travelling": 0,
    "family.applications_per_grant": 0,
}


def put(data: Data, changes: dict[str, Any]) -> None:
    """Set numbers by their keys, none of them uncertain."""
    for key, value in changes.items():
        *above, last = key.split(".")
        node = data
        for step in above:
            node = node[step]
        node[last]["value"] = value
        node[last].pop("spread", None)


def numbers_below(node: Any) -> Iterator[Data]:
    """Every number in a part of a scenario."""
    if isinstance(node, dict) and "unit" in node:
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from numbers_below(inner)


def to_zero(node: Any, *units: str) -> None:
    """Set all numbers of some units in a part of a scenario to 0; of any unit if none is named."""
    for found in numbers_below(node):
        if not units or found["unit"] in units:
            dated = isinstance(found["value"], dict)
            found["value"] = dict.fromkeys(found["value"], 0) if dated else 0
            found.pop("spread", None)


def no_inflow(data: Data) -> None:
    """Nobody comes, in any way."""
    put(data, NOBODY_COMES)


def many_homes(data: Data) -> None:
    """A million homes a year."""
    put(data, {"housing.homes": 1_000_000, "housing.response": 0})


def thirty_years(data: Data) -> None:
    """As long as a run may be."""
    data["until"] = date(2055, 1, 20)


def one_group(data: Data) -> None:
    """All applicants are of one group, which applies for the first time."""
    everybody = sum(group["opening_pending"]["value"] for group in data["groups"].values())
    data["groups"] = {"other": data["groups"]["other"]}
    put(data, {"groups.other.intake_share": 1, "groups.other.opening_pending": everybody})
    put(data, {"inflow.repeat": 0})
    data["ind"]["holds"] = []
    for stocks in (data["courts"]["opening_in_appeal"], data["departure"]["opening_rejected"],
                   data["inflow"]["composition"]["sd"]):  # fmt: skip
        for name in set(stocks) - {"other"}:
            del stocks[name]


def one_place_type(data: Data) -> None:
    """Everybody lives in regular places, which can be ordered."""
    places = data["reception"]["places"]
    totals = {
        key: sum(place[key]["value"] for place in places.values())
        for key in ("opening_people", "opening_status_holders")
    }
    order_limit = places["emergency_location"]["order_limit"]
    regular = places["regular"] | {"openings": [], "endings": [], "notice": True}
    regular = {key: value for key, value in regular.items() if key != "opening_places"}
    data["reception"]["places"] = {"regular": regular | {"order_limit": order_limit}}
    put(data, {f"reception.places.regular.{key}": value for key, value in totals.items()})
    data["prices"] |= {"emergency_rest": "regular", "beyond_places_as": "regular"}
    data["prices"]["mean_people_2024"] = {"regular": data["prices"]["mean_people_2024"]["regular"]}


def no_places(data: Data) -> None:
    """Nothing is open from the second day on, and nothing can be ordered."""
    level = {"value": 0, "unit": "places", "assumption": "a test"}
    for place in data["reception"]["places"].values():
        place |= {"openings": [], "endings": [], "notice": False, "level": dict(level)}
        place.pop("order_limit", None)


def empty_start(data: Data) -> None:
    """Nobody is there on the first day, nothing is open, and no case is pending."""
    to_zero(data["reception"]["places"], "persons", "places")
    to_zero(data["reception"]["opening_status_holders"])
    for group in data["groups"].values():
        to_zero(group["opening_pending"])
    to_zero(data["courts"]["opening_in_appeal"])
    to_zero(data["departure"]["opening_rejected"])
    put(
        data,
        {
            "family.opening_pending": 0,
            "family.opening_travelling": 0,
            "housing.opening_arrears": 0,
            "transit.opening_people": 0,
            "guardianship.opening": 0,
            "ind.other_cases.opening": 0,
        },
    )


def ind_stands_still(data: Data) -> None:
    """The IND decides nothing."""
    put(data, {"ind.capacity.planned": 0, "ind.capacity.response": 0, "ind.other_cases.output": 0})


def all_granted(data: Data) -> None:
    """Every decision grants."""
    for name in data["groups"]:
        put(data, {f"groups.{name}.granted_share": 1, f"groups.{name}.closed_share": 0})
    put(data, {"ind.granted_factor": 1})
    data["ind"]["holds"] = []


def none_granted(data: Data) -> None:
    """No decision grants."""
    for name in data["groups"]:
        put(data, {f"groups.{name}.granted_share": 0})
    data["ind"]["holds"] = []


def no_prices(data: Data) -> None:
    """Nothing costs anything."""
    to_zero(data["prices"], "EUR/place/year", "EUR/place/day", "EUR/place", "EUR/year",
            "EUR/person/day")  # fmt: skip
    to_zero(data["ind_cost"], "EUR/year", "EUR/case/year")
    to_zero(data["guardianship"], "EUR/year")
    to_zero(data["reception"], "EUR/place/year", "EUR/resident/year")


def no_budgets(data: Data) -> None:
    """Every budget is 0."""
    to_zero(data["budget"]["vintages"])


def starts_on(day: date, data: Data) -> None:
    """The first day is another one."""
    data["start"] = day


def zero_days(data: Data) -> None:
    """The run ends on the day it begins."""
    data["until"] = data["start"].replace()


EXTREMES: Mapping[str, Callable[[Data], None]] = {
    make.__name__: make
    for make in (no_inflow, many_homes, thirty_years, one_group, one_place_type, no_places,
                 empty_start, ind_stands_still, all_granted, none_granted, no_prices, no_budgets,
                 zero_days)
} | {
    "month_end": partial(starts_on, date(2025, 1, 31)),
    "leap_day": partial(starts_on, date(2028, 2, 29)),
    "last_day_of_a_year": partial(starts_on, date(2025, 12, 31)),
}  # fmt: skip
"""Extreme scenarios by name."""


def data_of(baseline: Scenario, *names: str) -> Data:
    """One extreme, or several at once, as a scenario file has them."""
    data: Data = yaml.load(dump(baseline), Loader=yaml.CSafeLoader)
    for name in names:
        EXTREMES[name](data)
    text = " ".join(names).replace("_", " ")
    return data | {"title": {"en": text, "nl": text}}


def extreme(baseline: Scenario, *names: str, changes: dict[str, Any] | None = None) -> Scenario:
    """The scenario of one extreme, or of several at once: a valid one."""
    data = data_of(baseline, *names)
    put(data, changes or {})
    data.pop("schema")
    scenario = Scenario.model_validate(data)
    assert problems_of(scenario, source_keys()) == []
    return scenario


def write_extreme(baseline: Scenario, *names: str, folder: Path) -> Path:
    """Write the scenario file of one extreme, or of several at once."""
    file = folder / f"{'-'.join(names)}.yaml"
    data = data_of(baseline, *names)
    file.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "utf-8")
    return file
