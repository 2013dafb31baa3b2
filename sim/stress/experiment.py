"""Experimentation: how a run begins, how long it lasts, and how figures are estimated."""

from __future__ import annotations

from typing import get_args

from ..budget import whole_years
from ..clock import Clock, StepLength
from ..draws import sample
from ..engine import accounts
from ..report.listing import plain, value_text
from ..run.chunks import Options
from ..scenario import LONGEST_YEARS, quantities
from . import words
from .markdown import bullets, code, joined, listed, paragraph, table
from .subject import Subject, drawn_stocks, opening_stocks


def initialisation(subject: Subject) -> str:
    """The stocks of day 0, which of them differ by draw, and the ages of those who wait."""
    scenario = subject.scenario
    stocks, drawn = opening_stocks(scenario), drawn_stocks(scenario)
    rows = [
        (
            code(account.name),
            account.book,
            words.ACCOUNTS[account.name],
            plain(float(stocks[account.name].sum()), "en"),
            "yes" if account.name in drawn else "",
        )
        for account in accounts(len(scenario.groups), len(scenario.reception.places))
        if not account.external
    ]
    ages = [
        f"{band} months: {plain(share.single, 'en')}"
        for band, share in scenario.ind.opening_ages.items()
    ]
    return joined(
        [
            paragraph(
                f"There is no warm-up. The run starts on the morning of {scenario.start} with the "
                "stocks below; the count is that with every draw at its centre. Where a stock "
                "differs by draw, its replications start from different counts.",
            ),
            table(("account", "book", "what it counts", "at the start", "differs by draw"), rows),
            paragraph(
                "Cases at the IND start with ages, as shares of the stock by months waited: "
                f"{', '.join(ages)}. Status holders start with even ages, on average "
                f"{value_text(scenario.housing.opening_wait_days, 'en')}. Days of the first year "
                "before the start are not simulated; their cost is booked at the stocks of the "
                "start and the pace of the first month, so that the first year is a whole year of "
                "money.",
            ),
        ]
    )


def run_length(subject: Subject) -> str:
    """First and last day, steps, and which years are held against a budget."""
    scenario = subject.scenario
    clock = Clock(scenario.start, scenario.until)
    years = whole_years(clock)
    held = [str(year) for year in years if scenario.headline.amount("total", year) is not None]
    others = [str(year) for year in years if str(year) not in held]
    return joined(
        [
            paragraph(
                f"{plain(float(clock.days), 'en')} days, from {scenario.start} to "
                f"{scenario.until}, in {clock.months} calendar months. `--until` ends a run "
                f"sooner or later, at most {LONGEST_YEARS} years after its first year. The run "
                "looks at a stretch of calendar time that begins in a known state; no steady "
                "state is sought.",
            ),
            paragraph(
                f"A step is a {Options().step} unless `--step` says otherwise "
                f"({listed(get_args(StepLength))}). Steps of a week are cut at month ends. "
                "Years simulated to their end have a cost. Those with an amount in the headline "
                f"vintage also have a gap: {listed(held) or 'none'}.",
                f"Without an amount: {listed(others)}." if others else "",
            ),
        ]
    )


def estimation(subject: Subject) -> str:
    """How many replications, what is drawn in each, and what is told of them."""
    scenario, options = subject.scenario, Options()
    unsure = sum(quantity.spread is not None for _, quantity in quantities(scenario))
    path = len(sample(scenario, 1, options.seed, ("inflow",)))
    return joined(
        [
            paragraph(
                f"A run makes {options.replications} replications unless `--replications` says "
                f"otherwise, all with seed {options.seed} unless `--seed` does. In each "
                "replication there are the kinds of chance below; `--vary` lets in only some:",
            ),
            bullets(
                {
                    "parameters": f"{code('parameters')}: {unsure} numbers that have a spread, "
                    "each drawn once and kept for the whole run;",
                    "inflow": f"{code('inflow')}: the path of first applications, {path} draws "
                    "in all;",
                    "luck": f"{code('luck')}: what happens to people on each day.",
                }[kind]
                for kind in options.vary
            ),
            paragraph(
                "A kind that is left out stays at its centre; luck that is left out is the same "
                "in all replications. Figures are means and quantiles over the replications, "
                "without weights; the printed cost and gap are medians. Bands say how far "
                "replications lie apart. The error of an estimate itself, which falls with more "
                "replications, is not printed; another seed shows it.",
            ),
        ]
    )
