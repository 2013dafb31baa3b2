"""What a value of information says: its tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from ..report.charts.elements import key_words
from ..report.display_names import line_label
from ..report.i18n import Language, billion, million, number, percent, probability, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from .enough_chart import percent as chance_text
from .enough_chart import prices as budget_prices
from .plan_compare_text import differing, euros
from .plan_keys import plan_names
from .plan_value_inputs import ALL_YEARS, COMPOSITION, MEAN, TOGETHER, YEAR, is_inflow

Row = dict[Any, Any]
SHOWN = 12
"""Inputs that a table and a chart name."""
FEW_EUROS = 1e8
LEAST = 100
"""Replications below which values are not found."""
THOUSAND = 1000


@dataclass(frozen=True)
class Told:
    """The tables of a study as they are told: ``rows`` are inputs, the most valuable first."""

    data: StudyData
    whole: Row
    rows: Sequence[Row]
    together: Row | None

    @property
    def is_budget(self) -> bool:
        """Whether the decision is a budget."""
        return self.data.asked["budget"] is not None

    def million(self, eur: float, lang: Language) -> str:
        """Return an amount in millions, with a decimal where certainty is worth little."""
        return number(eur / 1e6, lang, 1 if float(self.whole["evpi"]) < FEW_EUROS else 0)

    @property
    def shown(self) -> list[Row]:
        """The inputs that are named: those worth anything, or a few that are not."""
        found = [row for row in self.rows[:SHOWN] if row["value"] > 0]
        return found or list(self.rows[:3])

    @property
    def most(self) -> Row | None:
        """The input that is worth most; None if none can be told from 0."""
        return next((row for row in self.rows if row["told"]), None)


def told_of(data: StudyData) -> Told:
    """Return the tables of a study."""
    (whole,) = data.table("whole").to_dict("records")
    every = data.table("values").to_dict("records")
    together = next((row for row in every if row["input"] == TOGETHER), None)
    return Told(data, whole, [row for row in every if row["input"] != TOGETHER], together)


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the table of inputs, that of the options, and the sentences."""
    told = told_of(data)
    options = budgets_table(told, lang) if told.is_budget else plans_table(told, lang)
    return [values_table(told, lang), options, *sentences(told, lang)]


# -- Names -----------------------------------------------------------------------------------------


def input_name(told: Told, name: str, lang: Language) -> str:
    """Return an input in words."""
    years = [int(year) for row in told.rows if (year := _year(row["input"]))]
    span = {"first": min(years, default=0), "last": max(years, default=0)}
    if name in (MEAN, ALL_YEARS, COMPOSITION, TOGETHER):
        return translate(f"value_{name}", lang, **span)
    if year := _year(name):
        return translate("value_inflow_year", lang, year=year)
    first, *others = name.split(" + ")
    words = key_words(first, told.data.first, lang)
    return translate("value_linked", lang, name=words, n=len(others)) if others else words


def input_names(told: Told, rows: Sequence[Row], lang: Language) -> list[str]:
    """Return inputs in words; where two would read alike, by their keys."""
    names = [input_name(told, row["input"], lang) for row in rows]
    return [str(row["input"]) if names.count(name) > 1 else name
            for row, name in zip(rows, names, strict=True)]  # fmt: skip


def _year(name: str) -> str:
    year = name.removeprefix(YEAR)
    return year if year != name and year.isdecimal() else ""


def plan_name(told: Told, plan: object, lang: Language) -> str:
    """Return a plan in words: its title, or its number of places."""
    if told.data.asked["places"]:
        return translate("value_places", lang, n=number(float(str(plan)), lang))
    names = plan_names(told.data.scenarios, lang)
    return translate("memo_quoted", lang, name=names[str(plan)])


def level(value: float, lang: Language) -> str:
    """Return a value of an input: in hundreds from a thousand up, else with three digits."""
    if abs(value) >= THOUSAND:
        return number(round(value, -2), lang)
    if value == 0:
        return number(0, lang)
    return number(value, lang, max(0, 2 - math.floor(math.log10(abs(value)))))


def prices_of(told: Told, lang: Language) -> str:
    """Name the price level: that of the budget, or of the scenario."""
    return (budget_prices if told.is_budget else prices_label)(told.data.first, lang)


def span_of(told: Told, lang: Language) -> str:
    """Return the years that count."""
    years = told.data.asked["years"]
    if years[0] == years[-1]:
        return str(years[0])
    return translate("value_span", lang, first=years[0], last=years[-1])


# -- Tables ----------------------------------------------------------------------------------------


def values_table(told: Told, lang: Language) -> Table:
    """Return a row an input, with its interval and its share of the value of certainty."""
    title = translate("value_title", lang, years=span_of(told, lang), prices=prices_of(told, lang))
    table = Table(title=title, title_justify="left")
    table.add_column(translate("value_input", lang))
    for key in ("value_value", "value_error", "value_share"):
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    whole = told.whole
    table.add_row(translate("value_evpi_row", lang), *_cells(told, whole, "evpi", lang))
    table.add_section()
    shown = told.shown
    for row, name in zip(shown, input_names(told, shown, lang), strict=True):
        cells = [name if row["told"] else f"({name})", *_cells(told, row, "value", lang)]
        table.add_row(*(Text(cell, style="" if row["told"] else "dim") for cell in cells))
    others = told.rows[len(shown) :]
    if others:
        most = told.million(max(row["value"] for row in others), lang)
        table.add_row(
            translate("sensitivity_others", lang, n=len(others)),
            translate("value_at_most", lang, most=most),
        )
    if told.together is not None:
        table.add_section()
        name = input_name(told, TOGETHER, lang)
        table.add_row(name, *_cells(told, told.together, "value", lang))
    return table


def _cells(told: Told, row: Row, name: str, lang: Language) -> list[str]:
    evpi = float(told.whole["evpi"])
    ends = {end: told.million(row[f"{name}_{end}"], lang) for end in ("low", "high")}
    share = percent(row[name] / evpi, lang) if evpi else ""
    return [told.million(row[name], lang), translate("range", lang, **ends), share]


def plans_table(told: Told, lang: Language) -> Table:
    """Return a row a plan: expected loss and regret, and how often it is the best."""
    table = Table(
        title=translate("value_plans_title", lang, prices=prices_of(told, lang)),
        title_justify="left",
    )
    table.add_column(translate("value_plan", lang))
    for key in ("value_loss", "value_regret", "value_regret_p90", "value_best"):
        table.add_column(translate(key, lang), justify="right")
    for row in told.data.table("plans").to_dict("records"):
        amounts = [million(row[name], lang) for name in ("loss_mean", "regret_mean", "regret_p90")]
        best = percent(row["p_best"], lang)
        table.add_row(plan_name(told, row["plan"], lang), *amounts, best)
    return table


def budgets_table(told: Told, lang: Language) -> Table:
    """Return the best budget and the present one, with what is left and what lacks."""
    table = Table(
        title=translate("value_budgets_title", lang, prices=prices_of(told, lang)),
        title_justify="left",
    )
    table.add_column("")
    for key in ("value_amount", "value_enough", "value_unspent", "value_short", "value_loss"):
        table.add_column(translate(key, lang), justify="right")
    for row in told.data.table("budgets").to_dict("records"):
        amounts = [million(row[name], lang) for name in ("unspent_mean", "short_mean", "loss_mean")]
        table.add_row(
            translate(f"value_budget_{row['budget']}", lang),
            million(row["amount"], lang),
            probability(row["p_enough"], lang, brief=True),
            *amounts,
        )
    return table


# -- Sentences -------------------------------------------------------------------------------------


def sentences(told: Told, lang: Language) -> list[str]:
    """Return what certainty is worth, which input is worth most, and what it would change."""
    lines = [_of_budget(told, lang), *_present(told, lang)] if told.is_budget else []
    lines += [_certainty(told, lang)]
    if told.data.settings.replications < LEAST:
        lines += [translate("value_few", lang, least=LEAST)]
    elif told.whole["evpi"] > 0:
        lines += [_most(told, lang), _chosen(told, lang), _number(told, lang)]
        lines += [_together(told, lang), _rest(told, lang)]
    lines += [_edge(told, lang), *differing(told.data, lang), _method(told, lang)]
    return [line for line in lines if line]


def _weight(told: Told, lang: Language) -> str:
    """Return how many times a euro short weighs a euro unspent."""
    chance = told.data.asked["chance"]
    weight = chance / (1 - chance)
    return number(weight, lang, 0 if abs(weight - round(weight)) < 1e-6 else 1)


def _of_budget(told: Told, lang: Language) -> str:
    """Return the best budget, and what it leaves and lacks on average."""
    rows = {row["budget"]: row for row in told.data.table("budgets").to_dict("records")}
    best, asked = rows["best"], told.data.asked
    return translate(
        "value_budget",
        lang,
        line=line_label(asked["line"], lang),
        year=asked["budget"],
        p=chance_text(asked["chance"], lang),
        amount=billion(best["amount"], lang, 2),
        unspent=billion(best["unspent_mean"], lang, 2),
        short=billion(best["short_mean"], lang, 2),
        weight=_weight(told, lang),
    )


def _present(told: Told, lang: Language) -> list[str]:
    """Return what the present budget loses more, if there is one."""
    rows = {row["budget"]: row for row in told.data.table("budgets").to_dict("records")}
    if "present" not in rows:
        return []
    present, best = rows["present"], rows["best"]
    vintage = getattr(told.data.first.headline.title, lang)
    return [
        translate(
            "value_present",
            lang,
            vintage=vintage,
            amount=billion(present["amount"], lang, 2),
            p=probability(present["p_enough"], lang),
            short=billion(present["short_mean"], lang, 2),
            more=billion(present["loss_mean"] - best["loss_mean"], lang, 2),
        )
    ]


def _certainty(told: Told, lang: Language) -> str:
    """Return the value of perfect information, and that it includes knowing all chance."""
    whole = told.whole
    words: Row = {name: told.million(whole[f"evpi{end}"], lang)
                  for name, end in (("evpi", ""), ("low", "_low"), ("high", "_high"))}  # fmt: skip
    if told.is_budget:
        return translate("value_certainty_budget", lang, weight=_weight(told, lang), **words)
    rows = told.data.table("plans").to_dict("records")
    best = min(rows, key=lambda row: float(row["regret_mean"]))
    key = "value_certainty" if whole["evpi"] > 0 else "value_nothing"
    words |= {"plan": plan_name(told, best["plan"], lang), "n": len(rows)}
    return translate(key, lang, years=span_of(told, lang), **words)


def _amounts(told: Told, row: Row, lang: Language) -> Row:
    """Return the blanks of a sentence on an input."""
    evpi = float(told.whole["evpi"])
    return {
        "name": input_name(told, row["input"], lang),
        "value": told.million(row["value"], lang),
        "low": told.million(row["value_low"], lang),
        "high": told.million(row["value_high"], lang),
        "share": percent(row["value"] / evpi, lang),
    }


def _most(told: Told, lang: Language) -> str:
    """Return the input that is worth most."""
    row = told.most
    if row is None:
        return translate("value_none", lang, noise=told.million(told.whole["noise"], lang))
    return translate("value_most", lang, **_amounts(told, row, lang))


def _chosen(told: Told, lang: Language) -> str:
    """Return what is chosen by the input that is worth most of those that are one number."""
    table = told.data.table("choices")
    single = set(table["input"])
    row = next((one for one in told.rows if one["told"] and one["input"] in single), None)
    if row is None:
        return ""
    rows: list[Row] = table[table["input"] == row["input"]].to_dict("records")
    name = input_name(told, row["input"], lang)
    if told.is_budget:
        low, _, high = rows
        blanks = {f"{name}_{end}": text
                  for end, one in (("low", low), ("high", high))
                  for name, text in (("at", level(one["at"], lang)),
                                     ("budget", billion(one["budget"], lang, 1)))}  # fmt: skip
        return translate("value_by_budget", lang, name=name, **blanks)
    parts = []
    for one in rows:
        key = "value_from_to"
        key = "value_up_to" if one is rows[0] else key
        key = "value_from" if one is rows[-1] else key
        ends = {end: level(one[end], lang) for end in ("low", "high")}
        share = probability(one["share"], lang, brief=True)
        plan = plan_name(told, one["plan"], lang)
        parts.append(translate(key, lang, plan=plan, share=share, **ends))
    if len(parts) < 2:
        return ""
    return translate("value_by", lang, name=name, parts="; ".join(parts))


def _number(told: Told, lang: Language) -> str:
    """Return the number of the scenario that is worth most, if it was not told already."""
    row = next((one for one in told.rows if not is_inflow(one["input"]) and one["told"]), None)
    if row is None or row is told.most:
        return ""
    return translate("value_number", lang, **_amounts(told, row, lang))


def _together(told: Told, lang: Language) -> str:
    """Return what all that counts is worth, known together."""
    if told.together is None:
        return ""
    return translate("value_all", lang, **_amounts(told, told.together, lang))


def _rest(told: Told, lang: Language) -> str:
    """Return how many inputs can't be told from 0."""
    small = [row for row in told.rows if not row["told"]]
    noise = told.million(told.whole["noise"], lang)
    if not small or told.most is None:
        return ""
    return translate("value_rest", lang, n=len(small), of=len(told.rows), noise=noise)


def _edge(told: Told, lang: Language) -> str:
    """Return that the best number of places is the smallest or the largest, if it is."""
    if not told.data.asked["places"]:
        return ""
    rows = told.data.table("plans").to_dict("records")
    best = min(rows, key=lambda row: float(row["regret_mean"]))
    if best not in (rows[0], rows[-1]):
        return ""
    return translate("value_edge", lang, plan=plan_name(told, best["plan"], lang))


def _method(told: Told, lang: Language) -> str:
    """Return how values were found, and from how many replications."""
    asked, settings = told.data.asked, told.data.settings
    n, step = number(settings.replications, lang), translate(f"step_{settings.step}", lang)
    method = translate("value_method", lang, n=n, step=step)
    if told.is_budget:
        return method
    night = translate("value_weighed", lang, price=euros(asked["lambda"], lang))
    return f"{night} {method}"
