"""Enough: how much money covers the cost of a year, with a chance such as 80%?

The cost of a line has a value in each replication, so the amount that is enough with a chance of
80% is its 80th percentile: one simulation, and no search for an address or a key. Amounts are
stated as budgets are written, in the terms and the price level of the headline vintage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.sampling import Floats
from ..report.display_names import line_label
from ..report.i18n import Language, billion, million, number, probability, translate
from ..report.study_data import StudyData
from ..results import budget, precision
from ..results.experiment import Experiment
from ..results.tasks import Task, run_tasks
from ..runs.study_folder import StudyContent
from ..scenario import Scenario
from . import enough_chart as chart
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .options import EnoughOptions
from .repricing import common_end

PERCENT = np.arange(1, 100) / 100
"""Chances at which the curve of the chart is drawn."""
HEADS = ("enough_chance", "enough_amount", "enough_error", "budget", "enough_added", "enough_now")
Row = dict[Any, Any]


def run(options: EnoughOptions, inputs: Inputs) -> StudyContent:
    """Simulate up to the end of the year and return the tables; raises ``ScenarioError``."""
    scenario, settings = inputs.scenario, settings_of(options)
    until = common_end([scenario], settings)
    there = budget.whole_years(Clock(scenario.start, until, settings.step))
    if options.year not in there:
        what = Message("{year} is not simulated to its end", year=options.year)
        advice = "simulate longer"
        if there:
            sentence = "take a year from {first} to {last}"
            advice = Message(sentence, first=there[0], last=there[-1])
        usage_error("--year", what, advice)
    ending = replace(settings, until=date(options.year, 12, 31))
    task = Task(scenario, CostOfYear(options.year, options.line))
    with inputs.watch("enough", settings.replications) as progress:
        (found,) = run_tasks([task], ending, inputs.workers, progress)
    tables = {
        "amounts": amounts_table(scenario, options, found),
        "chances": chances_table({line: found[f"cost|{line}"] for line in options.line}),
    }
    return content_of("enough", options, inputs, settings, tables, ending=[options.year])


@dataclass(frozen=True)
class CostOfYear:
    """Measure: cost of lines in a year in the terms of the headline vintage, and their gap.

    ``cost|LINE`` is at the price level of the vintage, also where the gap is nominal: a budget is
    written at that level and indexed with prices. The gap is NaN without a budget.
    """

    year: int
    lines: tuple[str, ...]

    def __call__(self, experiment: Experiment) -> dict[str, Floats]:
        row = budget.whole_years(experiment.clock).index(self.year)
        costs = {f"cost|{line}": experiment.line("cost", line, basis="vintage")[row]
                 for line in self.lines}  # fmt: skip
        return costs | {f"gap|{line}": experiment.line("gap", line)[row] for line in self.lines}


def amounts_table(
    scenario: Scenario, options: EnoughOptions, found: Mapping[str, Floats]
) -> pd.DataFrame:
    """Return a row for each line and chance: the amount that is enough, beside the budget [EUR]."""
    vintage, rows = scenario.headline, []
    for line in options.line:
        present = vintage.amount(line, options.year)
        cost, gaps = found[f"cost|{line}"], found[f"gap|{line}"]
        met = np.where(np.isfinite(gaps), gaps <= 0, np.nan)
        share = float("nan") if present is None else float(met.mean())
        low, high = precision.of_probability(met)
        for chance in options.chance:
            amount, *ends = precision.quantile_with_error(cost, chance)
            row: Row = {"line": line, "year": options.year, "chance": chance, "amount": amount}
            row |= {"amount_low": ends[0], "amount_high": ends[1]}
            held = float("nan") if present is None else present
            row |= {"budget": held, "added": amount - held, "p_enough": share}
            rows.append(row | {"p_enough_low": float(low), "p_enough_high": float(high)})
    return pd.DataFrame(rows)


def chances_table(costs: Mapping[str, Floats]) -> pd.DataFrame:
    """Return the curve of each line: the amount that is enough with 1, 2 ... 99% [EUR]."""
    columns = ("line", "chance", "amount", "amount_low", "amount_high")
    rows = [
        (line, chance, *precision.quantile_with_error(cost, chance))
        for line, cost in costs.items()
        for chance in PERCENT
    ]
    return pd.DataFrame(rows, columns=list(columns))


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    rows: list[Row] = data.table("amounts").to_dict("records")
    scenario, settings = data.first, data.settings
    lines = [_sentence(row, scenario, lang) for row in rows]
    if not any(pd.notna(row["amount_low"]) for row in rows):
        lines.append(translate("error_unknown", lang))
    if scenario.closing == "constrained":
        lines.append(translate("enough_constrained", lang))
    n, step = (
        number(data.settings.replications, lang),
        translate(f"step_{settings.step}", lang),
    )
    method = translate("enough_method", lang, n=n, step=step, prices=chart.prices(scenario, lang),
                       vintage=getattr(scenario.headline.title, lang))  # fmt: skip
    return [_printed(rows, scenario, lang), *lines, method]


def _printed(rows: list[Row], scenario: Scenario, lang: Language) -> Table:
    unit = f"{translate('million', lang)}, {chart.prices(scenario, lang)}"
    title = f"{translate('enough_title', lang, year=rows[0]['year'])} [{unit}]"
    table = Table(title=title, title_justify="left")
    table.add_column(translate("enough_line", lang))
    for key in HEADS:
        table.add_column(translate(key, lang), justify="right")
    for row in rows:
        known, held = pd.notna(row["amount_low"]), pd.notna(row["budget"])
        ends = {end: million(row[f"amount_{end}"], lang) for end in ("low", "high")}
        table.add_row(
            line_label(row["line"], lang),
            translate("enough_percent", lang, p=chart.percent(row["chance"], lang)),
            million(row["amount"], lang),
            translate("range", lang, **ends) if known else "",
            million(row["budget"], lang) if held else "",
            million(row["added"], lang) if held else "",
            probability(row["p_enough"], lang, brief=True) if held else "",
        )
    return table


def _sentence(row: Row, scenario: Scenario, lang: Language) -> str:
    """Say which amount is enough, and what must be added to the budget or can be released."""
    key = "enough_none"
    if pd.notna(row["budget"]):
        key = "enough_more" if row["added"] > 0 else "enough_less"
    error = ""
    if pd.notna(row["amount_low"]):
        ends = {end: number(row[f"amount_{end}"] / 1e9, lang, 2) for end in ("low", "high")}
        error = translate("enough_within", lang, **ends)
    words: Row = {
        "line": line_label(row["line"], lang),
        "year": row["year"],
        "p": chart.percent(row["chance"], lang),
        "amount": billion(row["amount"], lang, 2),
        "error": error,
        "vintage": getattr(scenario.headline.title, lang),
    }
    if pd.notna(row["budget"]):
        words |= {"added": billion(abs(row["added"]), lang, 2)}
        words |= {"budget": billion(row["budget"], lang, 2)}
        words |= {"now": probability(row["p_enough"], lang)}
    return translate(key, lang, **words)


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return of each line the ``amount`` and what is ``added`` at the first chance, by name.

    ``total.now`` is the chance that its present budget is enough.
    """
    result: dict[str, Value] = {}
    for row in tables["amounts"].drop_duplicates("line").to_dict("records"):
        known = pd.notna(row["amount_low"])
        ends = (row["amount_low"], row["amount_high"]) if known else None
        result[f"{row['line']}.amount"] = Value(row["amount"], ends, sampled=True)
        if pd.notna(row["budget"]):
            less = None if ends is None else (ends[0] - row["budget"], ends[1] - row["budget"])
            result[f"{row['line']}.added"] = Value(row["added"], less, sampled=True)
            result[f"{row['line']}.now"] = Value(row["p_enough"])
    return result


IMPLEMENTATION = Implementation(
    run,
    tell,
    {"enough": StudyChart("enough", chart.draw, chart.words)},
    values,
)
