"""All charts, ready to be drawn: small runs, small studies, the scorecard and the overview."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from test_discover import LEVERS, UNITS, WHERE, made
from typer.testing import CliRunner

from sim.cli import app
from sim.hindcast import kept
from sim.report import charts
from sim.report.charts import CHARTS, UNREDUCED, RunData, overview, scorecard
from sim.report.i18n import Language
from sim.report.overview import with_headline
from sim.report.study_data import StudyData
from sim.report.style import CHART_SIZES, Width
from sim.results.executor import Workers
from sim.runs.batches import Options
from sim.runs.load import read_study
from sim.runs.run import execute
from sim.scenario import Scenario, load, quantities
from sim.studies.base import draw_chart
from sim.studies.discover import box_rows, run_rows
from sim.studies.prim import discover
from sim.studies.sobol import LUCK, PATH

LANGUAGES: tuple[Language, ...] = ("en", "nl")
EXTREMES = {
    "inflow-surge": date(2030, 12, 31),
    "constrained": date(2027, 12, 31),
    "mpp-2024-i": date(2027, 12, 31),
}
"""Last days of runs: a wide fan, people beyond all places, one that begins and ends early."""
QUICK = Options(replications=20, step="week", charts=False, workers=Workers(1))
TINY = ["--replications", "3", "--step", "week", "--workers", "1", "--quiet"]
SHORT = ["--until", "2026-12-31"]
SEARCHED = ["--levers", "reception.desk.slack=0:0.1", "--levers",
            "reception.places.tgo.order_limit=0:200", "--evaluations", "12", "--accept", "100",
            *SHORT]  # fmt: skip
COMMANDS = {
    "comparison": ["compare", "baseline", "faster-housing", "constrained", *SHORT],
    "explanation": ["explain", "baseline", "regular-27100", "--year", "2026"],
    "enough": ["enough", "--year", "2026", "--chance", "50%,80%"],
    "solution": ["solve", "baseline", "--lever", "budget.vintages.owb2025.lines.coa_nidos@2026",
                 "--target", "gap.total.2026 <= 0"],
    "solution-people": ["solve", "baseline", "--lever", "inflow.first@2026", "--target",
                        "gap.total.2026 <= 0"],
    "frontier": ["solve", "baseline", "--lever", "inflow.first@2026", "--lever", "prices.empty_bed",
                 "--target", "gap.total.2026:mean <= 1e9", "--points", "3"],
    "stock": ["optimal-places", "--low", "30000", "--high", "60000", "--points", "4",
              "--until", "2027-12-31"],
    "ind_coa": ["ind-cut", *SHORT],
    "plan_comparison": ["plan", "compare", "baseline", "fixed-stock-41000", "no-emergency",
                        "severance-and-reopening", "supply-held", "--until", "2027-12-31"],
    "plan_comparison-same": ["plan", "compare", "baseline", "faster-housing", "--shortage", "0",
                             "--lambda", "1000", *SHORT],
    "plan_search": ["plan", "search", *SEARCHED, "--subject-to", "shortage.p < 90%"],
    "plan_search-none": ["plan", "search", *SEARCHED, "--subject-to", "shortage.p < 1%"],
    "plan_search-plain": ["plan", "search", *SEARCHED, "--objective", "cost.p90"],
    "plan_search-front": ["plan", "search", *SEARCHED, "--objective", "cost", "--objective",
                          "nights_short"],
}  # fmt: skip
"""Studies that are quickly made; the others have tables made up here."""
OPTIONS = {"replications": 8, "seed": 1, "step": "week", "until": None, "vary": ["process"]}


@cache
def folder_for(name: str) -> Path:
    """Return a folder of this process for some results, which does not exist yet."""
    return Path(tempfile.mkdtemp(prefix="charts-")) / name


@cache
def run_folder(name: str) -> Path:
    """Return the folder of a small run: to be read, never changed."""
    folder = folder_for(name)
    execute(load(name), name, replace(QUICK, until=EXTREMES[name]), folder)
    return folder


@cache
def run_data(name: str) -> RunData:
    """Return a small run as its charts read it."""
    folder = run_folder(name)
    return RunData(
        load(folder / "scenario.resolved.yaml"),
        json.loads((folder / "run.json").read_text("utf-8"))["id"],
        QUICK.replications,
        QUICK.seed,
        pd.read_csv(folder / "budget.csv"),
        pd.read_parquet(folder / "monthly.parquet"),
        pd.read_csv(folder / "yearly.csv"),
        pd.read_parquet(folder / "replications.parquet", columns=list(UNREDUCED)),
        budget_monthly=pd.read_csv(folder / "budget_monthly.csv", parse_dates=["date"]),
    )


def all_runs() -> dict[str, RunData]:
    """Return the small runs by name."""
    return {name: run_data(name) for name in EXTREMES}


def recorded(
    kind: str, asked: dict[str, Any], tables: dict[str, pd.DataFrame], replications: int = 8
) -> StudyData:
    """Return a study of the baseline with some tables."""
    record = {
        "kind": kind,
        "id": "0123456789ab",
        "asked": asked,
        "scenarios": {"baseline": {"en": "Made", "nl": "Gemaakt"}},
        "options": {**OPTIONS, "replications": replications},
    }
    return StudyData(record, tables.__getitem__, load)


def discovery_in(table: pd.DataFrame) -> StudyData:
    """Return a discovery in a sweep."""
    found = discover(WHERE, table, LEVERS, ["price"])
    asked = {"sweep": "x", "where": WHERE.text, "title": {"en": "Made", "nl": "Gemaakt"},
             "units": UNITS}  # fmt: skip
    return recorded("discovery", asked, {"boxes": box_rows(found), "runs": run_rows(found)})


def sweep_on_a_grid() -> pd.DataFrame:
    """Return a sweep with many runs at the same few places."""
    table = made(runs=600)
    for name, step in (("inflow.first@2026", 8_000), ("housing.homes", 6_000)):
        table[name] = (table[name] / step).round() * step
    return table


def sweep() -> StudyData:
    """Return a sweep over numbers and patches."""
    table = made(runs=200)
    asked = {
        "title": {"en": "Made", "nl": "Gemaakt"},
        "keys": {name: [0, 1] for name in LEVERS if name != "price"},
        "units": UNITS,
        "patches": {"price": ["none", "regular-27100", "coa-prices"]},
        "cells": ["gap.total.2027:mean"],
    }
    table["gap.total.2027:mean"] += 1e4 * table["inflow.first@2026"]
    return recorded("sweep", asked, {"sweep": table})


def sensitivity() -> StudyData:
    """Return a sensitivity with as many inputs as a chart has, with their true names."""
    keys = [key for key, one in quantities(load("baseline")) if one.spread][:24]
    names = [PATH, *keys, LUCK]
    total = np.geomspace(0.9, 1e-5, len(names))
    swing = 2e9 * np.sqrt(total)
    indices = pd.DataFrame(
        {"input": names, "first": 0.8 * total, "first_low": 0.6 * total, "first_high": total,
         "total": total, "total_low": 0.5 * total, "total_high": 1.1 * total,
         "first_noise": 0.01, "told": [name != LUCK for name in names]}
    )  # fmt: skip
    tornado = pd.DataFrame({"input": names, "low": -0.4 * swing, "high": 0.6 * swing,
                            "swing": swing})  # fmt: skip
    whole = pd.DataFrame([{"mean": 4e9, "sd": 3e9, "floor": 1e-4, "runs": 900}])
    asked = {"cell": "gap.total.2027:mean", "points": 8}
    return recorded("sensitivity", asked, {"indices": indices, "tornado": tornado, "whole": whole})


def plan_value(budget: int | None = None) -> StudyData:
    """Return the value of what may be known: some of it worth much, some told from nothing."""
    names = ["inflow_mean", "inflow_years", "ind.capacity.realised", "inflow_2026", "composition",
             "family.productivity + family.arrival_share + family.travel_days", "housing.homes",
             "courts.delay_days", "prices.estimated_factor", "ind.leave_rate", "inflow_2027",
             "guardianship.stay_days", "transit.stay_days", "reception.desk.slack"]  # fmt: skip
    value = 4.8e8 * 0.6 ** np.arange(len(names))
    values = pd.DataFrame({"input": names, "value": value, "value_low": 0.7 * value,
                           "value_high": 1.3 * value + 1e7, "noise": 2e7, "told": value > 2e7,
                           "columns": 4})  # fmt: skip
    both = pd.DataFrame([("together", 5.7e8, 5e8, 6.3e8, 0.0, True, 20)], columns=values.columns)
    values = pd.concat([values, both], ignore_index=True)
    whole = pd.DataFrame([{"evpi": 7.9e8, "evpi_low": 7.4e8, "evpi_high": 8.5e8, "noise": 2e7}])
    places = [] if budget else [41_000, 61_000, 81_000]
    asked = {
        "lambda": 250.0,
        "from": None,
        "places": places,
        "reached": 2027,
        "budget": budget,
        "chance": 0.8,
        "line": "total",
        "years": [budget] if budget else [2025, 2030],
    }
    if budget:
        rows = [("best", 5.5e9, 0.8, 1.2e9, 3e8, 2.4e9), ("present", 1.5e9, 0.0, 0.0, 3e9, 1.2e10)]
        columns = ["budget", "amount", "p_enough", "unspent_mean", "short_mean", "loss_mean"]
        chosen = [
            ("inflow_mean", q, at, 2e5 * at) for q, at in ((0.1, 13e3), (0.5, 2e4), (0.9, 4e4))
        ]
        tables = {
            "budgets": pd.DataFrame(rows, columns=columns),
            "choices": pd.DataFrame(chosen, columns=["input", "quantile", "at", "budget"]),
        }
    else:
        plans = [
            (str(n), 2.5e10 + 2e4 * n, regret, 3 * regret, 1 / 3)
            for n, regret in zip(places, (2.5e9, 7.9e8, 9e8), strict=True)
        ]
        columns = ["plan", "loss_mean", "regret_mean", "regret_p90", "p_best"]
        parts = [
            ("inflow_mean", "41000", 5e3, 14e3, 0.2),
            ("inflow_mean", "61000", 14e3, 24e3, 0.5),
            ("inflow_mean", "81000", 24e3, 1e5, 0.3),
        ]
        tables = {"plans": pd.DataFrame(plans, columns=columns), "choices": pd.DataFrame(
            parts, columns=["input", "plan", "low", "high", "share"])}  # fmt: skip
    return recorded("plan_value", asked, {"whole": whole, "values": values, **tables}, 1_000)


MADE_UP: dict[str, Callable[[], StudyData]] = {
    "plan_value": plan_value,
    "plan_value of a budget": lambda: plan_value(2027),
    "sensitivity": sensitivity,
    "discovery": lambda: discovery_in(made()),
    "discovery on a grid": lambda: discovery_in(sweep_on_a_grid()),
    "sweep": sweep,
}
STUDIES = (*COMMANDS, *MADE_UP)


@cache
def study(kind: str) -> StudyData:
    """Return a small study of a kind."""
    if kind in MADE_UP:
        return MADE_UP[kind]()
    folder = folder_for(kind)
    done = CliRunner().invoke(app, [*COMMANDS[kind], *TINY, "-o", str(folder)])
    assert done.exit_code == 0, done.output
    return read_study(folder)


@cache
def loaded() -> dict[str, Scenario]:
    """Return all scenarios of the overview."""
    return with_headline()


def titles(lang: Language) -> dict[str, str]:
    """Return the titles of the scenarios of the overview."""
    return {name: getattr(one.title, lang) for name, one in loaded().items()}


def _run(run: str, name: str, width: Width, lang: Language) -> Figure:
    return charts.draw(name, run_data(run), CHART_SIZES[width], lang)


CASES: dict[str, Callable[[Width, Language], Figure]] = {
    **{f"{name} of {run}": partial(_run, run, name) for run in EXTREMES for name in CHARTS},
    "runs together": lambda width, lang: charts.draw_together(all_runs(), CHART_SIZES[width], lang),
    **{kind: partial(lambda kind, width, lang: draw_chart(study(kind), lang, width), kind)
       for kind in STUDIES},
    "scorecard": lambda width, lang: scorecard.draw(kept(), 200, CHART_SIZES[width], lang),
    "overview": lambda width, lang: overview.draw(titles(lang), CHART_SIZES[width], lang),
}  # fmt: skip
"""Every chart by name."""


@cache
def figure(case: str, width: Width, lang: Language) -> Figure:
    """Draw a chart once in this process."""
    return CASES[case](width, lang)
