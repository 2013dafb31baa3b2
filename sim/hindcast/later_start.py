"""Start a scenario on a later day: published stocks exactly, everything else carried forward.

The base scenario is conditioned on the figures of the time in between and simulated to the evening
before. The mean over the replications gives every stock that belongs to a start date: ages,
composition, and all that is not published. Where a stock of that day is published, those it counts
are scaled so that it is met to the person; every number says which of the two it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from ..clock import first_of_month, month_number
from ..errors import Message, Problem, ScenarioError
from ..model.engine import simulate
from ..model.ledger import Ledger
from ..model.sampling import Floats, Samples, sample, slice_samples
from ..results.experiment import LARGEST_CHUNK, Settings, chunks
from ..results.tables import arrears_cells, flow_cells, status_in_places, stock_cells
from ..scenario import OLDEST, Quantity, Scenario, start_values
from .conditioning import condition
from .observations import Observation, known_on

MONTHS_OF_PACE = 6
"""Whole months before the start whose first applications give the pace from which inflow starts:
those of half a year, as in the baseline."""
CARRIED = "carried forward"
DIVIDED = f"divided as {CARRIED}"
"""End of the origin of a number whose published total is of several."""
PLAIN = {
    "transit": "transit.opening_people",
    "family_pending": "family.opening_pending",
    "family_travelling": "family.opening_travelling",
    "wards": "guardianship.opening",
}
"""Stocks of one number, and their key."""
PUBLISHED_AS = {
    "transit": "transit|total",
    "family_pending": "family_pending|total",
    "wards": "guardianship|total",
}
"""Those that are published under a name of their own."""


@dataclass(frozen=True)
class StartValue:
    """The value of one key on a start date, and where it comes from."""

    value: Any
    origin: str
    """``published: ...`` with what and when, or ``carried forward: ...`` with from what."""
    source: str | None = None
    unit: str | None = None
    """Of a number that the base does not have."""
    spread: Mapping[str, Any] | None = None
    """Its own, where that of the base, kept in proportion, would not fit."""

    @property
    def is_published(self) -> bool:
        return not self.origin.startswith(CARRIED)


@dataclass(frozen=True)
class State:
    """Means over the replications on the evening before the start."""

    stocks: dict[str, Floats]
    """By account: (width,)."""
    pending_ages: Floats
    """Pending people by month of application, the oldest first: (cohort,)."""
    wait_days: float
    """Days since status holders in reception came, on average."""
    status_by_type: Floats
    arrears: float
    first_by_month: dict[date, float]
    """First applications by month, by its last day."""


def later_start(
    base: Scenario,
    observations: Sequence[Observation],
    day: date,
    as_of: date | None,
    settings: Settings,
) -> dict[str, StartValue]:
    """Return every key that belongs to a start date, for a later day.

    Raises ``ScenarioError`` if the day is not after the base's start, or as ``condition`` does.
    """
    if day <= base.start:
        what = Message(
            "{day} is not after the start of the scenario, {start}", day=day, start=base.start
        )
        raise ScenarioError([Problem("--date", what, "give a later day, or another scenario")])
    evening = day - timedelta(days=1)
    run = replace(settings, until=evening)
    known = [one for one in known_on(observations, as_of) if one.period.last <= day]
    found = condition(base, [one for one in known if one.period.last <= evening], None, run)
    samples = sample(base, run.replications, run.seed, run.vary, evening) | found.draws
    state = state_of(base, samples, run)
    published = {
        one.name: one
        for one in known
        if one.statistic == "end" and evening <= one.period.last <= day
    }
    values = {
        **_cases(base, state, published),
        **_people(base, state, published),
        **_single_stocks(state, published),
        **_pace(base, state, known, day),
        **_plans(base, day),
    }
    return {key: values[key] for key in start_values(base) if key in values} | {
        key: value for key, value in values.items() if key not in start_values(base)
    }


# -- state ------------------------------------------------------------------------------------


def state_of(scenario: Scenario, samples: Samples, settings: Settings) -> State:
    """Simulate to the last day of the settings, and return the means over the replications."""
    parts, weights = [], []
    for first, count in chunks(settings.replications, LARGEST_CHUNK):
        ledger = simulate(
            scenario,
            count,
            settings.seed,
            parameters=slice_samples(samples, first, count),
            vary=settings.vary,
            step=settings.step,
            until=settings.until,
            first=first,
        )
        parts.append(_means(ledger, scenario))
        weights.append(count)
    return _weighted(parts, weights)


def _means(ledger: Ledger, scenario: Scenario) -> State:
    last_day = ledger.clock.day_of(ledger.clock.until) + 1
    counts = ledger.cohort_counts["status_holders"].sum(axis=(0, 1))
    entered = ledger.entry_sums["status_holders"].sum(axis=(0, 1))
    whole = ledger.cohort_entered["status_holders"].sum(axis=(0, 1))
    came = np.divide(entered, whole, out=np.zeros(len(counts)), where=whole > 0)
    waiting = float((counts * (last_day - came)).sum() / max(counts.sum(), 1))
    cells = stock_cells(lambda name: ledger.snapshots[name][-1:].astype(np.float64), scenario)
    status = next(v for c, v in cells.items() if c.name == "occupancy|kind:status_holders")
    beds = ledger.snapshots["beds"][-1:].astype(np.float64)
    (arrears,) = arrears_cells(ledger, scenario).values()
    flows = {cell.name: values for cell, values in flow_cells(ledger, scenario).items()}
    dates = ledger.clock.snapshot_dates()[1:]
    first = flows["inflow|kind:first"].mean(axis=1)
    return State(
        {name: stock.mean(axis=0) for name, stock in ledger.stocks.items()},
        ledger.cohort_counts["pending"].sum(axis=1).mean(axis=0),
        waiting,
        status_in_places(beds, status, scenario)[0].mean(axis=0),
        float(arrears[-1].mean()),
        dict(zip(dates, map(float, first), strict=True)),
    )


def _weighted(parts: Sequence[State], weights: Sequence[int]) -> State:
    share = np.array(weights) / sum(weights)

    def mean(values: Iterable[Any]) -> Any:
        return sum(w * v for w, v in zip(share, values, strict=True))

    return State(
        {name: mean(part.stocks[name] for part in parts) for name in parts[0].stocks},
        mean(part.pending_ages for part in parts),
        float(mean(part.wait_days for part in parts)),
        mean(part.status_by_type for part in parts),
        float(mean(part.arrears for part in parts)),
        {day: float(mean(p.first_by_month[day] for p in parts)) for day in parts[0].first_by_month},
    )


# -- published totals -------------------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    """A published total, and the parts it counts."""

    parts: frozenset[str]
    figure: Observation


def fitted(carried: Mapping[str, float], totals: Sequence[Total]) -> dict[str, StartValue]:
    """Return whole numbers that meet every published total, the others carried forward.

    Totals of few parts come first and stay; of a larger one the parts that are not yet fixed are
    scaled to what is left of it. Raises ``ScenarioError`` if a total is less than its parts.
    """
    values = {part: StartValue(round(value), CARRIED) for part, value in carried.items()}
    fixed: set[str] = set()
    for total in sorted(totals, key=lambda one: len(one.parts)):
        free = [part for part in carried if part in total.parts and part not in fixed]
        left = round(total.figure.value) - sum(values[p].value for p in total.parts & fixed)
        if not free or left < 0:
            if left:
                what = Message(
                    "{name} of {period} is not the sum of its parts",
                    name=total.figure.name,
                    period=total.figure.period,
                )
                advice = Message("{left:+,} is left over: take one of these figures out", left=left)
                raise ScenarioError([Problem("--observed", what, advice)])
            continue
        exact = len(total.parts) == 1
        for part, value in zip(free, shared(left, [carried[p] for p in free]), strict=True):
            origin = said(total.figure) if exact else f"{said(total.figure)}, {DIVIDED}"
            values[part] = StartValue(value, origin, total.figure.source)
        fixed |= set(free)
    return values


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """Divide whole people in proportion; the largest remainders get one more."""
    sizes = np.array(weights, dtype=float)
    sizes = sizes if sizes.sum() > 0 else np.ones(len(sizes))
    exact = total * sizes / sizes.sum()
    whole = np.floor(exact).astype(int)
    more = np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]
    whole[more] += 1
    return [int(one) for one in whole]


def said(figure: Observation) -> str:
    """Return what was published, in words."""
    name = " ".join(part for part in (figure.series, figure.breakdown) if part != "total")
    return f"published: {name} of {figure.period}, {figure.value:,.0f}, on {figure.published}"


def _totals(
    published: Mapping[str, Observation], counts: Mapping[str, Iterable[str]]
) -> list[Total]:
    return [
        Total(frozenset(parts), published[name])
        for name, parts in counts.items()
        if name in published
    ]


def _cases(
    base: Scenario, state: State, published: Mapping[str, Observation]
) -> dict[str, StartValue]:
    """Pending cases by group and of other kinds, their ages, and people in appeal or refused."""
    groups = list(base.groups)
    carried = dict(zip(groups, map(float, state.stocks["pending"]), strict=True))
    carried["other_cases"] = float(state.stocks["other_cases"][0])
    general = [name for name in groups if base.groups[name].procedure == "general"]
    rest = [name for name in carried if name not in general]
    counts: dict[str, Sequence[str]] = {f"pending|group:{name}": (name,) for name in groups}
    counts |= {"pending|group:other_cases": ("other_cases",)}
    counts |= {"pending|kind:track4": general, "pending|kind:other": rest}
    every = "pending|kind:all" if "pending|kind:all" in published else "pending|total"
    found = fitted(carried, _totals(published, {**counts, every: list(carried)}))
    values = {f"groups.{name}.opening_pending": found[name] for name in groups}
    values["ind.other_cases.opening"] = found["other_cases"]
    for account, key in (
        ("in_appeal", "courts.opening_in_appeal"),
        ("rejected", "departure.opening_rejected"),
    ):
        stocks = dict(zip(groups, map(float, state.stocks[account]), strict=True))
        totals = _totals(published, {f"{account}|total": groups})
        values |= {f"{key}.{name}": one for name, one in fitted(stocks, totals).items()}
    ages = age_bands(base, state.pending_ages)
    return values | {
        f"ind.opening_ages.{band}": StartValue(share, CARRIED, unit="share")
        for band, share in ages.items()
    }


def age_bands(base: Scenario, cohorts: Floats) -> dict[str, float]:
    """Return the shares of pending people by range of months waited, as the base has ranges.

    Those who wait longer than the last range, up to three years, have a range of their own.
    ``cohorts`` are people by month of application, the month of the start last.
    """
    edges = sorted({int(edge) for band in base.ind.opening_ages for edge in band.split("-")})
    edges = edges if edges[-1] == OLDEST else [*edges, OLDEST]
    waited = cohorts[::-1]
    # Those of the start's own month have waited less than one month.
    by_month = np.concatenate([[waited[0] + waited[1]], waited[2 : OLDEST + 1]])
    by_month[-1] += waited[OLDEST + 1 :].sum()
    total = by_month.sum()
    shares = {
        f"{low}-{high}": round(float(by_month[low:high].sum() / total), 4)
        for low, high in pairwise(edges)
    }
    shares = {
        band: share for band, share in shares.items() if share or band in base.ind.opening_ages
    }
    largest = max(shares, key=lambda band: shares[band])
    shares[largest] = round(shares[largest] + 1 - sum(shares.values()), 4)
    return shares


def _people(
    base: Scenario, state: State, published: Mapping[str, Observation]
) -> dict[str, StartValue]:
    """People, status holders and places by type of place."""
    types = list(base.reception.places)
    within: dict[str, list[str]] = {}
    for name, place in base.reception.places.items():
        within.setdefault(place.part_of or name, []).append(name)
    counts: dict[str, Sequence[str]] = {f"occupancy|place:{name}": (name,) for name in types}
    counts |= {f"occupancy|place:{name}": its for name, its in within.items() if name not in types}
    beds = dict(zip(types, map(float, state.stocks["beds"]), strict=True))
    people = fitted(beds, _totals(published, {**counts, "occupancy|total": types}))
    holders = dict(zip(types, map(float, state.status_by_type), strict=True))
    totals = _totals(published, {"occupancy|kind:status_holders": types})
    status = fitted(holders, totals)
    every = sum(one.value for one in status.values())
    origin = totals[0].figure if totals else None
    values = {
        "reception.opening_status_holders": StartValue(
            every, said(origin) if origin else CARRIED, origin.source if origin else None
        )
    }
    open_ = dict(zip(types, map(float, state.stocks["places_open"]), strict=True))
    # As full as simulated, also where the people are published.
    full = {name: max(open_[name] / max(beds[name], 1.0), 1.0) for name in types}
    stated: dict[str, Sequence[str]] = {f"places|place:{name}": (name,) for name in types}
    carried = {name: people[name].value * full[name] for name in types}
    places = fitted(carried, _totals(published, stated))
    for name in types:
        at = f"reception.places.{name}"
        values[f"{at}.opening_people"] = people[name]
        values[f"{at}.opening_status_holders"] = status[name]
        if base.reception.places[name].opening_places is not None or places[name].is_published:
            values[f"{at}.opening_places"] = places[name]
    derived = [name for name in types if f"reception.places.{name}.opening_places" not in values]
    fill = sum(beds[name] for name in derived) / max(sum(open_[name] for name in derived), 1.0)
    fill = round(min(fill, 1.0), 4)
    spread = _around(fill, base.reception.desk.opening_fill)
    values["reception.desk.opening_fill"] = StartValue(fill, CARRIED, spread=spread)
    return values


def _around(share: float, former: Quantity) -> dict[str, Any] | None:
    """Return the triangular spread of a share with its mode at another value.

    Kept in proportion it would exceed 1 where the share rises to 1. Any other spread is kept so.
    """
    found = former.spread
    if found is None or found.dist != "triangular" or found.kind != "value":
        return None
    assert found.low is not None
    assert found.high is not None
    ends = {"low": min(found.low, share), "mode": share, "high": max(found.high, share)}
    return {"dist": "triangular"} | ends


def _single_stocks(state: State, published: Mapping[str, Observation]) -> dict[str, StartValue]:
    values: dict[str, StartValue] = {}
    for account, key in PLAIN.items():
        carried = {key: float(state.stocks[account][0])}
        values |= fitted(carried, _totals(published, {PUBLISHED_AS.get(account, ""): (key,)}))
    key = "housing.opening_arrears"
    arrears = published.get("municipal_arrears|total")
    if arrears is None:
        values[key] = StartValue(round(state.arrears), CARRIED)
    else:
        values[key] = StartValue(round(arrears.value), said(arrears), arrears.source)
    values["housing.opening_wait_days"] = StartValue(max(round(state.wait_days), 1), CARRIED)
    return values


# -- levels and plans -------------------------------------------------------------------------


def _pace(
    base: Scenario, state: State, known: Sequence[Observation], day: date
) -> dict[str, StartValue]:
    """Level from which inflow starts: first applications of half a year, the season divided out."""
    last = first_of_month(month_number(day)) - timedelta(days=1)
    months = [first_of_month(month_number(last) - back) for back in range(MONTHS_OF_PACE)]
    season = sum(base.inflow.season[month.month].single for month in months) / 12
    observed = covering(known, "inflow|kind:first", min(months), last)
    if observed:
        came = sum(one.value for one in observed)
        said_of = ", ".join(f"{one.value:,.0f} in {one.period}" for one in observed)
        origin, source = f"published: first applications, {said_of}", observed[-1].source
    else:
        ends = [first_of_month(month_number(month) + 1) - timedelta(days=1) for month in months]
        lacking = [end for end in ends if end not in state.first_by_month]
        if lacking:
            ends = [end for end in ends if end in state.first_by_month]
            season = sum(base.inflow.season[end.month].single for end in ends) / 12
        came = sum(state.first_by_month[end] for end in ends)
        origin, source = f"{CARRIED}: of the months before {day}", None
    values = {"inflow.first": StartValue(round(came / season), origin, source)}
    known_until = StartValue(last, origin, source)
    return values | {"inflow.path.known_until": known_until}


def covering(
    known: Sequence[Observation], name: str, first: date, last: date
) -> tuple[Observation, ...]:
    """Return figures of a flow that cover a time exactly, from its end back; nothing if none do."""
    found: list[Observation] = []
    end = last
    flows = [one for one in known if one.name == name and one.statistic == "sum"]
    while end >= first:
        fits = [o for o in flows if o.period.last == end and o.period.first >= first]
        if not fits:
            return ()
        one = max(fits, key=lambda o: o.period.first)
        found.insert(0, one)
        end = one.period.first - timedelta(days=1)
    return tuple(found)


def _plans(base: Scenario, day: date) -> dict[str, StartValue]:
    """Output of the IND, homes, openings and endings: those of the base that hold from then on."""
    values: dict[str, StartValue] = {}
    for key, number in (
        ("ind.capacity.planned", base.ind.capacity.planned),
        ("housing.homes", base.housing.homes),
    ):
        values[key] = StartValue(_from(number, day), f"{CARRIED}: as in the base")
    for name, place in base.reception.places.items():
        for what in ("openings", "endings"):
            every = getattr(place, what)
            plans = [one for one in every if one.ends > day]
            if not every:
                continue
            values[f"reception.places.{name}.{what}"] = StartValue(
                [one.model_dump(by_alias=True, exclude_none=True) for one in plans],
                f"{CARRIED}: those of the base that end later",
            )
    return values


def _from(number: Quantity, day: date) -> Any:
    """Return the value of a number from a day on: one number, or by date."""
    later = {moment: value for moment, value in number.pairs() if moment > day}
    return {day: number.on(day)} | later if later else number.on(day)
