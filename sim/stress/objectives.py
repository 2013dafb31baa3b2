"""Objectives: what the model is for, what comes out, and what is tried with it."""

from __future__ import annotations

from ..budget import BASES, LINES, TIMINGS
from ..prices import LEVELS
from ..report.labels import label
from ..results import QUANTILES, STATISTICS, Cell
from ..scenario import Scenario
from . import words
from .markdown import code, joined, listed, paragraph, table
from .subject import Subject, series_of, tables_of


def purpose(subject: Subject) -> str:
    """What question is asked, of which scenario, for whom."""
    scenario = subject.scenario
    return joined(
        [
            paragraph(
                "The model works out, day by day, how many people Dutch asylum reception must take "
                f"in from {scenario.start} to {scenario.until}, what that costs, and how much of "
                f"it the budget does not hold. The budget is the {scenario.headline.title.en}, "
                f"which has amounts for {_budget_years(scenario)}. The gap is cost less budget: "
                "above zero, money is short.",
            ),
            paragraph(
                f"Described here is the scenario *{scenario.title.en}*.",
                scenario.description.en,
            ),
            paragraph(
                "It is written for those who make, check or question such figures: policy and "
                "budget officers, auditors, researchers. A scenario says what is assumed, and a "
                "run says what follows from it. No run says what a government will decide.",
            ),
        ]
    )


def _budget_years(scenario: Scenario) -> str:
    years = [
        str(year)
        for year in range(scenario.start.year, scenario.until.year + 1)
        if scenario.headline.amount("total", year) is not None
    ]
    return f"{years[0]} to {years[-1]}" if years else "no year of the run"


def outputs(subject: Subject) -> str:
    """What a run writes: series of people and places, lines of money, and their statistics."""
    scenario = subject.scenario
    band = round((QUANTILES[-2] - QUANTILES[1]) * 100)
    return joined(
        [
            paragraph(
                "Series of people and places, at the start and at each month end (stocks) or by "
                "month (flows and waits), and by year:",
            ),
            table(
                ("series", "unit", "split by", "what it counts"),
                [
                    (code(name), _unit(cells), _breakdowns(cells), words.SERIES[name])
                    for name, cells in series_of(tables_of(scenario)).items()
                ],
            ),
            paragraph("Lines of money, by calendar year that is simulated to its end:"),
            table(
                ("line", "what it holds"),
                [(code(line), words.LINES[line]) for line in LINES],
            ),
            paragraph(
                "Each line has a cost. Where a vintage has an amount for it, it also has that "
                f"budget, a gap, and {label('p_gap', 'en')}: the share of replications in which "
                f"money is short. It stands beside each of {len(scenario.budget.vintages)} budget "
                f"vintages, at each of {len(LEVELS)} levels "
                f"of cost ({listed([label(f'level_{level}', 'en') for level in LEVELS])}), by "
                f"{listed(TIMINGS)} (when it is made, when it is paid), and in "
                f"{len(BASES)} views of prices: {listed(BASES)}, which is "
                f"{label('prices_nominal', 'en')}. The headline is `total` against the "
                f"{scenario.headline.title.en}, at "
                f"{label(f'level_{scenario.prices.level}', 'en')}, in the "
                f"{scenario.budget.price_basis} view of prices.",
            ),
            paragraph(
                f"Every figure is reduced over the replications to {listed(STATISTICS)}; the "
                f"{band} % band that is printed runs from "
                f"p{round(QUANTILES[1] * 100)} to "
                f"p{round(QUANTILES[-2] * 100)}. "
                "`replications.parquet` keeps the years unreduced.",
            ),
        ]
    )


def _unit(cells: list[Cell]) -> str:
    return listed(list(dict.fromkeys(cell.unit for cell in cells)))


def _breakdowns(cells: list[Cell]) -> str:
    kinds = dict.fromkeys(cell.breakdown.partition(":")[0] for cell in cells)
    names = [cell.breakdown.partition(":")[2] for cell in cells if "kind:" in cell.breakdown]
    shown = [f"kind ({', '.join(names)})" if kind == "kind" else kind for kind in kinds]
    return ", ".join("all" if kind == "total" else kind for kind in shown)


def aims(subject: Subject) -> str:
    """The shipped scenarios: what each assumes and asks."""
    return joined(
        [
            paragraph(
                "An experiment is a scenario: a small file that changes some numbers of another "
                f"one. {len(subject.others)} are shipped beside the one described here. What they "
                "change stands in the part on scenario logic. Two runs with the same seed, "
                "number of replications and first day meet the same random numbers, so that what "
                "differs between them is the scenario.",
            ),
            table(
                ("scenario", "title", "what it assumes and asks"),
                [
                    (code(name), other.title.en, other.description.en)
                    for name, other in subject.others.items()
                ],
            ),
        ]
    )
