"""Template of a new scenario: a commented patch with frequently used keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import introspect as shape
from . import yaml_writer
from .listing import parameters
from .quantity import Quantity
from .schema import Scenario
from .version import KEY as VERSION
from .version import SCHEMA

SCHEMA_FILE = "scenario.schema.json"
LEVERS = {
    "Inflow": (
        "inflow.first_factor",
        "inflow.first",
        "inflow.total",
        "inflow.repeat",
        "inflow.resettled",
    ),
    "IND": (
        "ind.capacity.planned",
        "ind.granted_factor",
        "ind.order",
        "courts.delay_days",
        "departure.days_factor",
    ),
    "Family and housing": (
        "family.staff",
        "family.applications_per_grant",
        "housing.homes",
        "transit.places",
    ),
    "Reception": (
        "reception.places.regular.level",
        "reception.desk.planned_fill",
        "reception.desk.openings_realised",
    ),
    "Prices and budget": (
        "reception.places.regular.price",
        "reception.places.tgo.price",
        "prices.level",
        "prices.severance",
        "budget.headline",
        "closing",
    ),
}


ABOUT = "A patch on {base}: every key that is not set here keeps the value it has there."
NOT_SET = "not set"
HINTS = (
    "Take the # off a line to set a key. A number may be short, or say where it comes from:",
    "  housing.homes: 25000",
    "  housing.homes: {2025: 30210, 2026-07-01: 25000}      # from a date on",
    "  (the first value holds before its date too)",
    "  housing.homes: +10%      # or x0.9: relative to the number in the scenario below",
    "It stays as uncertain as it was, in relative width, unless you say otherwise:",
    "  housing.homes: {value: 25000, certain: true}",
    "  housing.homes:",
    "    value: 25000",
    '    assumption: "supply falls with building permits"   # or source: KEY, where: "page"',
    "    spread: {dist: triangular, low: 20000, high: 30000}",
)
"""Comments that explain how a key is set."""


def text(
    name: str, base: str, extends: str, scenario: Scenario, say: Callable[[str], str] = str
) -> str:
    """The file: a head to fill in, then each lever as a comment with value, unit and meaning.

    ``say`` translates a comment, or the meaning of a key.
    """
    lines = [
        *head(say(ABOUT).format(base=base), extends),
        "title:",
        f"  en: {json.dumps(name, ensure_ascii=False)}",
        f"  nl: {json.dumps(name, ensure_ascii=False)}",
        "description:",
        "  en: What is assumed, in one sentence. What does it ask?",
        "  nl: Wat er wordt aangenomen, in een zin. Wat is de vraag?",
        "",
        *(f"# {say(hint)}" for hint in HINTS),
    ]
    values = dict(parameters(scenario))
    for heading, keys in LEVERS.items():
        lines += ["", f"# {say(heading)}"]
        lines += [_lever(key, values.get(key), say) for key in keys]
    return "\n".join(lines) + "\n"


def comments() -> set[str]:
    """Comments of the file, in English, beside the meanings of keys."""
    return {ABOUT, NOT_SET, *HINTS, *LEVERS}


def head(about: str, extends: str) -> list[str]:
    """Return the first lines of a patch: its schema for the editor, and what it stands on."""
    return [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        f"# {about}",
        f"{VERSION}: {SCHEMA}",
        f"extends: {extends}",
    ]


def patch_text(changes: dict[str, Any]) -> str:
    """Write a patch on the baseline with the changes found by the calibration."""
    head = {
        VERSION: SCHEMA,
        "extends": "baseline",
        "title": {"en": "Fitted to the years to 2024", "nl": "Geijkt op de jaren tot 2024"},
        "description": {
            "en": "Numbers without a source, from opvangsim model calibrate. Is the baseline off?",
            "nl": "Getallen zonder bron, uit opvangsim model calibrate. Wijkt het basispad af?",
        },
    }
    return yaml_writer.patch_text(head | changes)


def _lever(key: str, value: object, say: Callable[[str], str]) -> str:
    here = shape.at(Scenario, tuple(key.split(".")))
    meaning = say(here.meaning) if here else ""
    if isinstance(value, Quantity):
        pairs = ", ".join(f"{day}: {number:g}" for day, number in value.pairs())
        shown = f"{{{pairs}}}" if isinstance(value.value, tuple) else _plain(value.single)
        about = f"{value.unit}: {meaning}"
    elif here is not None and here.is_number:
        unit = here.unit.unit if here.unit else ""
        shown = f'{{value: 41000, unit: {unit}, assumption: "why"}}'
        about = f"{say(NOT_SET)}; {meaning}"
    else:
        shown, about = f"{value}", meaning
    return f"# {key}: {shown}   # {about}".rstrip(" #")


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == round(number) else f"{number:g}"
