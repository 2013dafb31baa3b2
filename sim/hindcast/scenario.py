"""Build the hindcast scenario of an origin date from figures published by then.

Stocks are those of the last year end known; rates are those of the last years known, held, as the
baseline holds those of 2024. Everything else is structure, in ``sim/data/hindcast.yaml``; what that
says of the morning of the start holds for any origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml

from ..errors import ModelError
from ..scenario import Quantity, Scenario, load, override, quantities, source_keys, start_values
from .balances import LIVES_HERE
from .estimates import COMES, Estimates, Response, facts, inflow_path, quarter_shares
from .inflow_history import history_known
from .inflow_posterior import as_correlations, as_numbers, posterior
from .observations import Knowledge, Observation, known_on

BECAUSE = "from what was known on the origin date"
APPEAL_YEARS, DEPARTURE_YEARS = 0.75 * 0.9, 0.74
"""Stocks in appeal and of the refused, in years of rejections: share x time of each."""
CHAIN = (
    "groups.", "inflow.", "other_intake.", "ind.", "courts.", "departure.", "family.", "housing.",
    "transit.", "reception.opening", "reception.in_reception", "reception.places.regular.opening",
)  # fmt: skip
"""Numbers that move people. Places, desk, prices and budget move none and are not scored."""


@cache
def structure() -> Scenario:
    """Return the structure without figures: the baseline's chain with two groups."""
    base = load("baseline")
    nobody: dict[str, Any] = {
        "correlations": (),
        "groups": {},
        "inflow": base.inflow.model_copy(update={"composition": None}),
        "courts": base.courts.model_copy(update={"opening_in_appeal": {}}),
        "departure": base.departure.model_copy(update={"opening_rejected": {}}),
        "housing": base.housing.model_copy(update={"targets": {}}),
    }
    text = (resources.files("sim") / "data" / "hindcast.yaml").read_text("utf-8")
    changes: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return override(base.model_copy(update=nobody), changes, BECAUSE)


def scenario_at(known: Knowledge, years: int) -> Scenario:
    """Build the scenario of an origin date for a number of calendar years.

    Raises ``ModelError`` if anything in it was not known by then.
    """
    found = facts(known)
    structured = structure()
    changes = {
        **start_values(structured),
        "sources": _sources(known),
        "start": date(found.year + 1, 1, 1),
        "until": date(found.year + years, 12, 31),
        **_inflow(known, found),
        **_procedure(found),
        **_family_and_homes(found),
    }
    scenario = override(structured, changes, BECAUSE)
    later = list(later_knowledge(scenario, known.origin))
    if later:
        raise ModelError(f"on {known.origin} this was not known: {'; '.join(later)}")
    return scenario


def _number(value: float, series: str, spread: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a quantity with the series it is based on as its source."""
    given: dict[str, Any] = {"value": float(value), "source": f"known-{series}"}
    given["assumption"] = BECAUSE
    return given if spread is None else given | {"spread": spread}


def _about(low: float, high: float) -> dict[str, Any]:
    return {"dist": "triangular", "low": low, "mode": 1.0, "high": high, "as": "factor"}


def _log(sd: float) -> dict[str, Any]:
    """Return a lognormal factor, cut at a third and at three times."""
    return {"dist": "lognormal", "sd": float(sd), "low": 0.33, "high": 3.0, "as": "factor"}


def _power(answer: Response) -> dict[str, Any]:
    return {"dist": "normal", "sd": answer.sd, "low": 0, "high": 1.5}


def _inflow(known: Knowledge, found: Estimates) -> dict[str, Any]:
    path, until = inflow_path(known, found.first, date(found.year + 1, 1, 1))
    shares = quarter_shares(known)
    season = np.full(4, 0.25) if shares is None else shares
    other = found.other_share
    fitted = posterior(history_known(known.origin))
    source = "inflow|kind:first"
    return {
        "inflow.first": _number(0, source) | {"value": path},
        "inflow.path.known_until": until,
        "correlations": as_correlations(fitted),
        **{
            f"inflow.path.{key}": _number(0, source) | number
            for key, number in as_numbers(fitted).items()
        },
        "inflow.season": {
            month: _number(4 * season[(month - 1) // 3], source) | {"unit": "factor"}
            for month in range(1, 13)
        },
        "inflow.repeat": _number(found.repeat, "inflow|kind:repeat", _about(0.8, 1.2)),
        "other_intake.share_of_inflow": _number(
            other,
            "occupancy|total",
            {"dist": "triangular", "low": max(other - 0.08, 0.0), "high": other + 0.05},
        ),
    }


def _procedure(found: Estimates) -> dict[str, Any]:
    """Set the IND: its output, its outcomes, and the rate at which the pending leave."""
    changes = {
        "ind.capacity.planned": _number(found.output, "decisions|total"),
        "ind.capacity.realised": _number(
            1, "decisions|total", _log(found.output_response.residual_sd)
        ),
        "ind.capacity.response": _number(
            found.output_response.power, "decisions|total", _power(found.output_response)
        ),
        "ind.leave_rate": _number(found.leave_rate, "pending|kind:all", _log(found.leave_sd)),
        "ind.granted_factor": _number(1, "decisions|kind:granted", _log(found.granted_sd)),
    }
    for group in ("all", "repeat"):
        changes[f"groups.{group}.granted_share"] = _number(
            found.granted_share, "decisions|kind:granted"
        )
    return changes | opening_cases(found)


def opening_cases(found: Estimates) -> dict[str, Any]:
    """Set the pending, and people in appeal or rejected, consistent with reception."""
    rejected = found.decided * (1 - found.granted_share)
    refused = rejected * DEPARTURE_YEARS
    appeal = rejected * APPEAL_YEARS
    asylum = found.people - found.status_holders
    room = max(0.95 * asylum - LIVES_HERE * found.pending, 0.0)
    fits = min(1.0, room / max(appeal + refused, 1.0))
    again = found.repeat / (found.first + found.repeat)
    return {
        "groups.all.opening_pending": _number(found.pending * (1 - again), "pending|kind:all"),
        "groups.repeat.opening_pending": _number(found.pending * again, "pending|kind:all"),
        "courts.opening_in_appeal.all": _number(appeal * fits, "decisions|total"),
        "departure.opening_rejected.all": _number(refused * fits, "decisions|total"),
    }


def _family_and_homes(found: Estimates) -> dict[str, Any]:
    desk = found.family / COMES
    holders = _number(found.status_holders, "occupancy|kind:status_holders")
    return {
        "family.opening_pending": _number(desk, "inflow|total"),
        "family.opening_travelling": _number(found.family / 4, "inflow|total"),
        "family.applications_per_grant": _number(
            found.per_grant, "inflow|total", _about(0.8, 1.25)
        ),
        "family.productivity": _number(desk / 100, "inflow|total", _log(found.family_sd)),
        "housing.homes": _number(
            found.homes, "occupancy|kind:status_holders", _log(found.homes_response.residual_sd)
        ),
        "housing.response": _number(
            found.homes_response.power,
            "occupancy|kind:status_holders",
            _power(found.homes_response),
        ),
        "reception.opening_status_holders": holders,
        "reception.places.regular.opening_status_holders": holders,
        "reception.places.regular.opening_people": _number(found.people, "occupancy|total"),
    }


def _sources(known: Knowledge) -> dict[str, dict[str, Any]]:
    """Return a source card for each series in use, dated by its latest known figure."""
    newest: dict[str, Observation] = {}
    for figure in known_on(known.figures, known.origin):
        newest[figure.name] = max(newest.get(figure.name, figure), figure, key=_published)
    return {
        f"known-{name}": {
            "title": f"{name} to {figure.period.last}",
            "number": figure.source,
            "published": figure.published,
            **{part: source_keys()[figure.source][part] for part in ("licence", "kind")},
        }
        for name, figure in newest.items()
    }


def _published(figure: Observation) -> date:
    return figure.published


def later_knowledge(scenario: Scenario, origin: date) -> Iterator[str]:
    """Return numbers that cite a later source than the origin date, or mention a later year."""
    cards = {key: card["published"] for key, card in source_keys().items()}
    cards |= {key: card.published for key, card in scenario.sources.items()}
    for path, quantity in quantities(scenario):
        if path.startswith(CHAIN) and _is_later(quantity, cards, origin):
            yield path


def _is_later(quantity: Quantity, cards: dict[str, date], origin: date) -> bool:
    text = f"{quantity.assumption or ''} {quantity.where or ''}"
    spoken = any(int(year) >= origin.year for year in re.findall(r"\b(?:19|20)\d\d\b", text))
    return spoken or (quantity.source is not None and cards[quantity.source] > origin)
