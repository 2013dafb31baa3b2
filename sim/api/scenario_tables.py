"""A scenario as tables: its numbers, what is odd about them, and where they come from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..errors import usage_error
from ..report.scenario_listing import value_text
from ..scenario import Loaded, Quantity, Scenario, load
from ..scenario.introspect import hint_for
from ..scenario.listing import ListingRow, by_assumption, by_source, differences, rows
from ..scenario.messages import of_findings
from ..scenario.notes import notes_of
from ..scenario.plausibility import warnings_of


def numbers_table(loaded: Loaded, key: str) -> pd.DataFrame:
    """Return all numbers, or those at and below a key, as ``Scenario.show`` does."""
    found = rows(loaded, load("baseline"), key)
    if not found:
        *parent, last = key.split(".")
        usage_error(key, "there is no such key", hint_for(last, tuple(parent)))
    return pd.DataFrame([line for row in found for line in _lines(row)])


def findings_table(loaded: Loaded, strict: bool) -> pd.DataFrame:
    """Return notes and warnings, one row each."""
    found = [("note", str(note.where), note.what, note.advice) for note in notes_of(loaded)]
    for warning in warnings_of(loaded.scenario, strict=strict):
        problem = of_findings([warning.finding], loaded.tree)[0]
        found.append((warning.code, str(problem.where), problem.what, problem.advice))
    return pd.DataFrame(found, columns=["code", "where", "what", "advice"])


def differences_table(here: Loaded, there: Loaded) -> pd.DataFrame:
    """Return the keys in which two scenarios differ, and which layer set each value."""
    found = [
        (
            row.key,
            value_text(row.left, "en"),
            value_text(row.right, "en"),
            row.left_layer,
            row.right_layer,
        )
        for row in differences(here, there)
    ]
    return pd.DataFrame(found, columns=["key", "here", "there", "set_here_by", "set_there_by"])


def sources_table(scenario: Scenario) -> pd.DataFrame:
    """Return every source and assumption with the number of keys that rest on it."""
    found = [
        ("source", row.mark, row.name, str(row.card.get("title", "")), len(row.keys))
        for row in by_source(scenario)
    ]
    found += [("assumption", "", "", row.name, len(row.keys)) for row in by_assumption(scenario)]
    return pd.DataFrame(found, columns=["kind", "mark", "source", "text", "keys"])


def _lines(row: ListingRow) -> list[dict[str, Any]]:
    """Return the rows of a key: one, or one per date."""
    value = row.value
    common: dict[str, Any] = {
        "key": row.key,
        "meaning": row.meaning,
        "set_by": row.layer,
        "differs": row.differs,
    }
    if not isinstance(value, Quantity):
        return [common | {"value": value}]
    common |= {
        "unit": value.unit,
        "source": value.source,
        "where": value.where,
        "assumption": value.assumption,
        "uncertain": value.spread is not None,
        "uncertainty": row.uncertainty,
    }
    if not isinstance(value.value, tuple):
        return [common | {"value": value.single}]
    return [common | {"value": amount, "since": day} for day, amount in value.pairs()]
