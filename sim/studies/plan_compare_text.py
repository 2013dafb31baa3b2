"""What a comparison of plans says: its tables and sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import pandas as pd
from rich.table import Table

from ..report.i18n import Language, billion, number, percent, probability, translate
from ..report.run_tables import prices_label, prices_notes
from ..report.study_data import StudyData
from .plan_compare_cells import chance, with_error
from .plan_compare_chart import unsure_places
from .plan_compare_rules import rules_sentences, rules_tables
from .plan_keys import plan_names, quoted, undecided_words

Row = dict[Any, Any]
PLAN_WIDTH = 16
"""Width of the column of a plan [characters]."""
PLANS_BESIDE = 4
"""Plans beside each other in a table; more make a second one, so that no cell is cut off."""
RARE = 0.2
"""Share of the nights short in the worst hundredth of the futures from which it is told."""
MOST_KEYS = 4
"""Keys that the note names; of more it says how many."""
CHOICE = ("loss_mean", "regret_mean", "regret_p90", "p_best")


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the tables of the plans, of their rules and of prices of a night, and sentences."""
    tables = [*plans_tables(data, lang), *rules_tables(data, lang), sweep_table(data, lang)]
    return [*tables, *sentences(data, lang)]


def euros(value: float, lang: Language) -> str:
    """Return an amount in whole euros."""
    return f"{'EUR' if lang == 'en' else '€'} {number(value, lang)}"


def years_of(data: StudyData) -> dict[str, int]:
    """Return the first and the last year that count."""
    years = data.asked["years"]
    return {"first": years[0], "last": years[-1]}


# -- Tables ----------------------------------------------------------------------------------------


def plans_tables(data: StudyData, lang: Language) -> list[Table]:
    """Return tables with a column a plan and a row an outcome, a few plans in each."""
    rows: list[Row] = data.table("plans").to_dict("records")
    more = {row["plan"]: row for row in data.table("differences").to_dict("records")}
    rows = [{**more[row["plan"]], **row} for row in rows]
    parts = [rows[at : at + PLANS_BESIDE] for at in range(0, len(rows), PLANS_BESIDE)]
    return [_plans_table(part, data, lang) for part in parts]


def _plans_table(rows: list[Row], data: StudyData, lang: Language) -> Table:
    names = plan_names(data.scenarios, lang)
    title = translate("plans_title", lang, **years_of(data), prices=prices_label(data.first, lang))
    table = Table(title=title, title_justify="left")
    table.add_column("", overflow="fold")
    for row in rows:
        table.add_column(names[row["plan"]], justify="right", overflow="fold", max_width=PLAN_WIDTH)
    for section in _measures(data, lang):
        for label, cell in section:
            table.add_row(label, *(cell(row) for row in rows))
        table.add_section()
    return table


Measures = list[tuple[str, Callable[[Row], str]]]


def _measures(data: StudyData, lang: Language) -> list[Measures]:
    """Return the rows of the table in sections: what they are called, and a cell of each."""

    def label(key: str) -> str:
        return translate(
            f"plans_{key}",
            lang,
            most=number(data.asked["shortage"], lang),
            price=euros(data.asked["lambda"], lang),
        )

    def money(name: str) -> Callable[[Row], str]:
        return lambda row: number(row[name] / 1e9, lang, 2)

    def count(name: str, unit: float = 1.0) -> Callable[[Row], str]:
        return lambda row: number(row[name] / unit, lang)

    standby = bool((data.table("plans")["standby_nights_mean"] > 0).any())
    first = data.table("plans")["plan"][0]
    cost: Measures = [(label("cost_mean"), money("cost_mean"))]
    cost.append((label("more_cost"), lambda row: _more(row, first, lang)))
    cost += [(label(name), money(name)) for name in ("cost_p50", "cost_p90", "cost_cvar90")]
    short: Measures = [(label("p_short"), lambda row: chance(row, "p_short", lang))]
    nights = "nights_short_mean"
    short.append((label(nights), lambda row: with_error(row, nights, 1e3, 0, lang)))
    short.append((label("nights_short_p90"), count("nights_short_p90", 1e3)))
    places = [(label("empty_nights_mean"), count("empty_nights_mean", 1e3))]
    if standby:
        places.append((label("standby_nights_mean"), count("standby_nights_mean", 1e3)))
    places += [(label(name), count(name)) for name in ("opened_mean", "closed_mean")]
    choice: Measures = [(label(name), money(name)) for name in CHOICE[:-1]]
    choice.append((label("p_best"), lambda row: percent(row["p_best"], lang)))
    return [cost, short, places, choice]


def _more(row: Row, first: str, lang: Language) -> str:
    """Return what a plan costs more than the first, with its simulation error."""
    return "" if row["plan"] == first else with_error(row, "more_cost_mean", 1e9, 2, lang)


def sweep_table(data: StudyData, lang: Language) -> Table:
    """Return the mean regret of each plan at each price of a night; a star at the least loss."""
    sweep = data.table("sweep")
    names = plan_names(data.scenarios, lang)
    table = Table(title=translate("plans_sweep_title", lang), title_justify="left")
    table.add_column(translate("plans_plan", lang), overflow="fold")
    prices = sorted(set(sweep["lambda"]))
    for price in prices:
        table.add_column(euros(price, lang), justify="right")
    for plan in data.table("plans")["plan"]:
        rows = sweep[sweep["plan"] == plan].sort_values("lambda").to_dict("records")
        cells = [
            f"{number(row['regret_mean'] / 1e9, lang, 2)}{'*' if row['best'] else ''}"
            for row in rows
        ]
        table.add_row(names[plan], *cells)
    return table


# -- Sentences -------------------------------------------------------------------------------------


def sentences(data: StudyData, lang: Language) -> list[str]:
    """Return which plan is best, at which prices, what is lost by it, and what to know of it."""
    rows: list[Row] = data.table("plans").to_dict("records")
    names = plan_names(data.scenarios, lang)
    best = min(rows, key=lambda row: float(row["loss_mean"]))
    lines = [
        _best(data, best, names, lang),
        _ranges(data, names, lang),
        _regret(best, lang),
        _evpi(rows, lang),
        _frontier(data.table("plans"), names, lang),
        *_unsure(rows, names, lang),
        *_rare(best, lang),
        *rules_sentences(data, lang),
        *_free(data, lang),
        *differing(data, lang),
        *prices_notes(data.scenarios, lang),
        _method(data, rows, lang),
    ]
    return [line for line in lines if line]


def _best(data: StudyData, best: Row, names: dict[str, str], lang: Language) -> str:
    """Return the plan of least expected loss at the price asked for."""
    return translate(
        "plans_best",
        lang,
        plan=names[best["plan"]],
        price=euros(data.asked["lambda"], lang),
        loss=billion(best["loss_mean"], lang),
        cost=billion(best["cost_mean"], lang),
        nights=number(round(best["nights_short_mean"], -3), lang),
        **years_of(data),
    )


def _ranges(data: StudyData, names: dict[str, str], lang: Language) -> str:
    """Return at which prices of a night each plan is best."""
    rows: list[Row] = data.table("ranges").to_dict("records")
    if len(rows) == 1:
        return translate("plans_any_price", lang)
    parts = []
    for row in rows:
        key = "plans_range" if isfinite(row["high"]) else "plans_range_from"
        key = "plans_range_to" if row["low"] == 0 else key
        low, high = (euros(row[end], lang) if isfinite(row[end]) else "" for end in ("low", "high"))
        parts.append(translate(key, lang, plan=names[row["plan"]], low=low, high=high))
    return translate("plans_ranges", lang, parts="; ".join(parts))


def _regret(best: Row, lang: Language) -> str:
    """Return what is lost by the best plan against the best of each future."""
    if best["p_regret"] == 0:
        return translate("plans_always_best", lang)
    return translate(
        "plans_regret",
        lang,
        mean=billion(best["regret_mean"], lang, 2),
        dear=billion(best["regret_p90"], lang, 2),
        p=probability(best["p_regret"], lang),
    )


def _evpi(rows: Sequence[Row], lang: Language) -> str:
    """Return what it would be worth to know the future before choosing."""
    least = min(rows, key=lambda row: float(row["regret_mean"]))
    error = (least["regret_mean_high"] - least["regret_mean_low"]) / 2
    key = "plans_evpi_plain" if pd.isna(error) else "plans_evpi"
    return translate(
        key, lang, evpi=billion(least["regret_mean"], lang, 2), error=number(error / 1e9, lang, 2)
    )


def _frontier(plans: pd.DataFrame, names: dict[str, str], lang: Language) -> str:
    """Return which plans are on the efficient frontier, if not all are, and what is not certain."""
    on = plans["on_frontier"].to_numpy(bool)
    beaten, efficient = ([names[plan] for plan in plans["plan"][here]] for here in (~on, on))
    text = translate("plans_all_efficient", lang)
    if beaten:
        lists = {"efficient": quoted(efficient, lang), "beaten": quoted(beaten, lang)}
        text = translate("plans_frontier", lang, **lists)
    return f"{text} {unsure_places(plans, names, lang)}".strip()


def _unsure(rows: Sequence[Row], names: dict[str, str], lang: Language) -> list[str]:
    """Return which plans can't be told from the best, for simulation error."""
    if any(pd.isna(row["above_best_mean_low"]) for row in rows):
        return [translate("plans_error_unknown", lang)]
    others = [
        names[row["plan"]] for row in rows if not row["best"] and row["above_best_mean_low"] <= 0
    ]
    return [translate("plans_unsure", lang, plans=quoted(others, lang))] if others else []


def _rare(best: Row, lang: Language) -> list[str]:
    """Return how much of the nights short a few futures hold, where that is a lot."""
    share = best["nights_worst_share"]
    return [translate("plans_rare", lang, share=percent(share, lang))] if share > RARE else []


def _free(data: StudyData, lang: Language) -> list[str]:
    """Return that homes cost nothing here, if a plan adds them."""
    plans = [scenario.plan for scenario in data.scenarios.values() if scenario.plan is not None]
    added = any(rule.do.homes is not None for plan in plans for rule in plan.rules.values())
    return [translate("plans_free_homes", lang)] if added else []


def differing(data: StudyData, lang: Language) -> list[str]:
    """Return in which keys plans differ that no plan decides."""
    found = undecided_words(data.scenarios, lang)
    if not found:
        return []
    keys = "; ".join(found[:MOST_KEYS])
    more = len(found) - MOST_KEYS
    key = "plans_differ_more" if more > 0 else "plans_differ"
    return [translate(key, lang, keys=keys, n=more)]


def _method(data: StudyData, rows: Sequence[Row], lang: Language) -> str:
    """Return what was simulated, what a shortage is, and what the model itself asks for a night."""
    nights = sum(row["nights_short_mean"] for row in rows)
    price = sum(row["beyond_cost_mean"] for row in rows) / nights if nights else float("nan")
    own = "" if not price > 0 else translate("plans_own_price", lang, price=euros(price, lang))
    text = translate(
        "plans_method",
        lang,
        n=number(data.settings.replications, lang),
        step=translate(f"step_{data.settings.step}", lang),
        most=number(data.asked["shortage"], lang),
    )
    return f"{text} {own}".strip()
