"""Levers: scenario keys that a study sets to a number, from the start or from a date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ..errors import Message, Problem, ScenarioError
from ..report.charts.elements import key_words
from ..report.i18n import Language, day_text, translate
from ..scenario import Quantity, Scenario, override, quantities
from ..scenario.introspect import at, hint_for
from .asked import Lever

BUDGET_AMOUNT = re.compile(r"budget\.vintages\.\w+\.lines\.\w+")
BECAUSE = "set to see what it does"


def quantity_of(scenario: Scenario, lever: Lever, where: str) -> Quantity:
    """Return the number that a lever sets; raises ``ScenarioError`` if there is none."""
    result = dict(quantities(scenario)).get(lever.key)
    if result is None:
        *parent, last = lever.key.split(".")
        known = at(Scenario, tuple(lever.key.split(".")))
        advice = hint_for(last, tuple(parent))
        if known is not None and known.is_number:
            advice = _what_there_is(scenario, parent)
        raise ScenarioError(
            [
                Problem(
                    where,
                    Message("'{key}' is not a number of this scenario", key=lever.key),
                    advice,
                )
            ]
        )
    return result


def _what_there_is(scenario: Scenario, parent: list[str]) -> str:
    """Advice where the grammar allows a key that this scenario has not."""
    part: Any = scenario
    for depth, step in enumerate(parent):
        if isinstance(part, Mapping):
            if step not in part:
                return Message(
                    "{path} has {names}",
                    path=".".join(parent[:depth]),
                    names=", ".join(map(str, part)),
                )
            part = part[step]
        else:
            part = getattr(part, step, None)
    return "this scenario has not set it: set it in a patch first"


def setting(scenario: Scenario, lever: Lever, value: Any) -> Any:
    """Return what a patch writes to set a lever.

    With a date: earlier values stay, and so do values dated later. A lever is certain, as with
    ``--set KEY='{value: ..., certain: true}'``: a decision is not an uncertainty (decision 49).
    """
    if lever.since is None:
        return value
    quantity = quantity_of(scenario, lever, str(lever))
    return as_written(quantity, path_from(quantity, scenario.start, lever.since, value))


def path_from(quantity: Quantity, start: date, since: date, value: Any) -> Any:
    """Values of a number with another one from a date on: dated, or one where it holds throughout.

    Where values are joined by straight lines the last one before the date is pinned to the day
    before, so that the line to it stays as it was.
    """
    if since <= start and not isinstance(quantity.value, tuple):
        return value
    pairs = dict(quantity.value) if isinstance(quantity.value, tuple) else {start: quantity.single}
    day_before = since - timedelta(days=1)
    if quantity.between == "straight" and min(pairs) <= day_before:
        pairs[day_before] = quantity.on(day_before)
    return dict(sorted((pairs | {since: value}).items()))


def as_written(quantity: Quantity, value: Any) -> Any:
    """Values as a patch has to write them: straight lines stay straight."""
    if quantity.between != "straight" or not isinstance(value, dict):
        return value
    return {"value": value, "between": "straight", "unit": quantity.unit, "assumption": BECAUSE}


def with_levers(scenario: Scenario, values: Mapping[Lever, Any]) -> Scenario:
    """Return a scenario with levers set, validated like a file; raises ``ScenarioError``."""
    changes: dict[str, Any] = {}
    for item, value in values.items():
        if item.key in changes:
            what = "this key is set twice, at different dates"
            raise ScenarioError([Problem(item.key, what, "set it once")])
        changes[item.key] = setting(scenario, item, value)
    return override(scenario, changes, BECAUSE)


def lever_name(lever: Lever, lang: Language) -> str:
    """Return a lever by its key, and its date; a year stands for its first of January."""
    if lever.since is None:
        return lever.key
    first = (lever.since.month, lever.since.day) == (1, 1)
    date = lever.since.year if first else day_text(lever.since, lang)
    return translate("lever_from", lang, name=lever.key, date=date)


def is_budget_amount(lever: Lever) -> bool:
    """Return whether a lever is the amount of a budget line."""
    return BUDGET_AMOUNT.fullmatch(lever.key) is not None


def lever_words(lever: Lever, scenario: Scenario | None, lang: Language) -> str:
    """Return a lever in words, and its date."""
    plain = key_words(lever.key, scenario, lang)
    return lever_name(lever, lang).replace(lever.key, plain, 1)
