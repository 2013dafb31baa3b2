"""Tables and sentences about runs: results, list of runs, verification, reproduction, changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from rich.table import Table

from ..hindcast.price_level import COST_SDS, estimate, has_closed_years, supported
from ..model.prices import LEVELS
from ..results.budget import OUTSIDE, addends, is_net, outline
from ..scenario import Scenario
from ..scenario.listing import Difference
from ..scenario.quantity import Quantity
from .display_names import line_label, titles_of
from .i18n import Language, billion, day_text, million, number, probability, translate
from .scenario_listing import spread_text, value_text

NORMAL_P90 = 1.2815515655446004
"""90th percentile of the standard normal."""


def select(budget: pd.DataFrame, **where: str) -> pd.DataFrame:
    """Select rows of the budget table by column values; cost, not cash, by default."""
    wanted = {"timing": "cost"} | where
    return budget[np.logical_and.reduce([budget[name] == value for name, value in wanted.items()])]


def headline_rows(budget: pd.DataFrame, scenario: Scenario, **where: str) -> pd.DataFrame:
    """Select rows in the headline's vintage, price level and price basis; the total by default."""
    headline = {
        "vintage": scenario.budget.headline,
        "cost_level": scenario.prices.level,
        "price_basis": scenario.budget.price_basis,
        "line": "total",
    }
    return select(budget, **(headline | where))


def prices_label(scenario: Scenario, lang: Language) -> str:
    """Name the prices of the headline."""
    if scenario.budget.price_basis == "nominal":
        return translate("prices_nominal", lang)
    vintage = scenario.budget.vintages[scenario.budget.headline]
    return translate("prices_of", lang, year=vintage.price_level)


def gap_table(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> Table:
    """Tabulate cost, budget, gap with its interval and probability of a gap, by year."""
    headline = scenario.budget.headline
    vintage = scenario.budget.vintages[headline]
    name = getattr(vintage.title, lang)
    unit = f"{translate('million', lang)}, {prices_label(scenario, lang)}"
    title = f"{translate('gap_title', lang, vintage=name)} [{unit}]"
    table = Table(title=title, title_justify="left")
    for key in ("year", "cost", "budget", "gap", "band80", "mean_gap", "p_gap"):
        table.add_column(translate(key, lang), justify="right")
    rows = headline_rows(budget, scenario)
    for _, row in rows.iterrows():
        held = pd.notna(row["budget"])
        band = translate(
            "range", lang, low=million(row["gap_p10"], lang), high=million(row["gap_p90"], lang)
        )
        table.add_row(
            str(row["year"]),
            million(row["cost_p50"], lang),
            million(row["budget"], lang) if held else translate("no_budget", lang),
            million(row["gap_p50"], lang) if held else "",
            band if held else "",
            million(row["gap_mean"], lang) if held else "",
            probability(row["p_gap_positive"], lang, brief=True) if held else "",
        )
    return table


def levels_table(
    budget: pd.DataFrame, scenario: Scenario, check: dict[str, float], lang: Language
) -> Table:
    """Tabulate the median gap by year at each price level, and the cost of 2024 at each."""
    rows = select(
        budget,
        vintage=scenario.budget.headline,
        line="total",
        price_basis=scenario.budget.price_basis,
    )
    years = sorted({int(y) for y in rows[rows["budget"].notna()]["year"]})
    unit = translate("million", lang)
    title = f"{translate('levels_title', lang)} [{unit}]"
    table = Table(title=title, title_justify="left")
    table.add_column(translate("level", lang))
    for year in years:
        table.add_column(str(year), justify="right")
    table.add_column(translate("check_2024", lang), justify="right")
    for level in (level for level in LEVELS if level in check):
        gaps = rows[rows["cost_level"] == level].set_index("year")["gap_p50"]
        marked = " *" if level == scenario.prices.level else ""
        table.add_row(
            translate(f"level_{level}", lang) + marked,
            *(million(gaps[year], lang) for year in years),
            million(check[level], lang),
        )
    return table


def lines_table(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> Table:
    """Mean cost of every budget line by year, each line followed by its parts.

    Lines that cost nothing in any year are left out. A line that the budget states less other
    income says so, since its parts add up to more.
    """
    unit = f"{translate('million', lang)}, {prices_label(scenario, lang)}"
    table = Table(title=f"{translate('lines_title', lang)} [{unit}]", title_justify="left")
    table.add_column(translate("book_line", lang))
    for year in sorted({int(year) for year in budget["year"]}):
        table.add_column(str(year), justify="right")
    for line, depth in outline():
        if line.name == OUTSIDE[0]:
            table.add_section()
        means = headline_rows(budget, scenario, line=line.name)["cost_mean"]
        if (means == 0).all():
            continue
        text = line_label(line.name, lang)
        if is_net(scenario.headline, line.name):
            text = translate("line_net", lang, line=text)
        if line.part_of is not None and line.name not in addends(line.part_of):
            text = translate("of_which", lang, line=text)
        table.add_row("  " * depth + text, *(million(mean, lang) for mean in means))
    return table


def thousands(row: pd.Series[Any], centre: str, lang: Language) -> str:
    """Format a value in thousands, with its 80% interval if it has one."""
    low, high = (number(row[q] / 1e3, lang) for q in ("p10", "p90"))
    band = "" if low == high else " " + translate("from_to", lang, low=low, high=high)
    return number(row[centre] / 1e3, lang, 1) + band


def reception_table(monthly: pd.DataFrame, lang: Language) -> Table:
    """Tabulate need, places, status holders and pending cases at the end of each year."""
    series = {
        "need": ("need", "total"),
        "places": ("places", "total"),
        "status_holders": ("occupancy", "kind:status_holders"),
        "pending": ("pending", "total"),
    }
    table = Table(title=translate("reception_title", lang), title_justify="left")
    table.add_column("", no_wrap=True)
    for key in series:
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    dates = sorted(monthly["date"].unique())
    ends = {day.year: day for day in dates[1:]}
    rows: Any = monthly.set_index(["date", "series", "breakdown"])
    for day in [dates[0], *ends.values()]:
        cells = [thousands(rows.loc[(day, *cell)], "p50", lang) for cell in series.values()]
        table.add_row(day_text(day, lang), *cells)
    return table


def short_table(yearly: pd.DataFrame, lang: Language) -> Table:
    """Tabulate shortages by year if spending follows the budget: people, places, pending cases."""
    series = {
        "people_short": ("shortage", "mean"),
        "places_short": ("places_short", "mean"),
        "places": ("places", "mean"),
        "pending": ("pending", "end"),
    }
    table = Table(title=translate("short_title", lang), title_justify="left")
    table.add_column(translate("year", lang), justify="right")
    for key in series:
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    for year in sorted(yearly["year"].unique()):
        cells = []
        for name, measure in series.values():
            row = yearly[
                (yearly["year"] == year)
                & (yearly["series"] == name)
                & (yearly["breakdown"] == "total")
                & (yearly["measure"] == measure)
            ].iloc[0]
            cells.append(thousands(row, "p50", lang))
        table.add_row(str(year), *cells)
    return table


def check_note(check: dict[str, float], scenario: Scenario, lang: Language) -> str:
    """Say what 2024 cost and what was paid, and which price level the closed years support."""
    own, paid = billion(check["own_statement"], lang), billion(check["paid"], lang, 2)
    told = translate("check_note", lang, own=own, paid=paid)
    if not has_closed_years(scenario):
        return told
    found = estimate(scenario)
    low, high = (found.factor * np.exp(z * found.draw_sd) for z in (-NORMAL_P90, NORMAL_P90))
    note = translate(
        "closed_years_note",
        lang,
        first=min(COST_SDS),
        last=max(COST_SDS),
        factor=number(found.factor, lang, 2),
        low=number(low, lang, 2),
        high=number(high, lang, 2),
        nearest=translate(f"level_{supported(scenario)}", lang),
    )
    return f"{told} {note}"


def before_start_notes(budget: pd.DataFrame, scenario: Scenario, lang: Language) -> list[str]:
    """Say what is added to the first year for the days before the start, if there are any."""
    if scenario.start == scenario.start.replace(month=1, day=1):
        return []
    rows = headline_rows(budget, scenario, line="before_start")
    row = rows.iloc[0]
    amount = million(row["cost_p50"], lang)
    return [translate("before_start", lang, year=row["year"], amount=amount, date=scenario.start)]


def prices_notes(scenarios: Mapping[str, Scenario], lang: Language) -> list[str]:
    """Warn if scenarios state money in different prices or against different budgets."""
    titles = titles_of(scenarios, lang)
    seen = {
        titles[name]: (prices_label(s, lang), translate(f"level_{s.prices.level}", lang),
               getattr(s.headline.title, lang))
        for name, s in scenarios.items()
    }  # fmt: skip
    if len(set(seen.values())) == 1:
        return []
    each = "; ".join(f"{name}: {', '.join(words)}" for name, words in seen.items())
    return [translate("compare_prices", lang, each=each)]


SHOWN = 7
"""Characters of a commit hash that are shown."""


class OtherChange(Protocol):
    """A part of a record that is not as it was, as ``ask.reproduce`` finds it."""

    @property
    def part(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


def runs_table(rows: Iterable[Mapping[str, Any]], lang: Language) -> Table:
    """Tabulate runs and studies: id, kind, scenario, time, headline gap, folder."""
    table = Table(box=None)
    for key in ("runs_id", "runs_kind", "runs_scenario", "runs_when"):
        table.add_column(translate(key, lang), no_wrap=key != "runs_scenario", overflow="fold")
    table.add_column(translate("runs_gap", lang), justify="right", no_wrap=True)
    table.add_column(translate("runs_folder", lang), overflow="fold")
    for row in rows:
        if row["trouble"]:
            told = trouble_text(row["trouble"], lang)
            table.add_row(row["id"] or "?", row["kind"] or "?", told, "", "", row["folder"])
            continue
        when = f"{day_text(row['created'], lang)} {row['created']:%H:%M}"
        gap = gap_text(row["headline"], lang)
        table.add_row(row["id"], row["kind"], row["scenario"], when, gap, row["folder"])
    return table


def trouble_text(trouble: str, lang: Language) -> str:
    """Say why a folder cannot be read; reasons without a translation are in English."""
    known = {"foreign": "runs_foreign", "unfinished": "runs_unfinished"}
    return (
        translate(known[trouble], lang)
        if trouble in known
        else translate("runs_bad", lang, why=trouble)
    )


def gap_text(headline: Mapping[str, Any] | None, lang: Language) -> str:
    """Format a headline gap with its interval [EUR billion], and its year if that is not 2027."""
    if headline is None:
        return ""
    low, middle, high = (number(headline[name] / 1e9, lang, 1) for name in ("p10", "p50", "p90"))
    text = f"{middle} {translate('from_to', lang, low=low, high=high)}"
    return text if headline["year"] == 2027 else f"{headline['year']}: {text}"


def finding_text(file: str, what: str, why: str, lang: Language) -> str:
    """Describe a file that differs from its manifest."""
    told = translate(f"verified_{what}", lang)
    return f"{file}: {told} ({why})" if why else f"{file}: {told}"


def alike_text(one: Any, lang: Language) -> str:
    """Describe a file in two folders: equal, or the first and largest difference of cells."""
    told = f"{translate(f'again_{one.state}', lang):<10} {one.name}"
    if one.shape:
        return f"{told}: {translate('again_shape', lang, sizes=one.shape)}"
    if one.cells is None:
        return told
    cells = one.cells
    first = translate(
        "again_cells",
        lang,
        n=number(cells.count, lang),
        row=cells.row,
        name=cells.key,
        column=cells.column,
        before=cells.before,
        after=cells.after,
    )
    if not cells.largest_in:
        return f"{told}: {first}"
    most = translate("again_largest", lang, largest=f"{cells.largest:.6g}", column=cells.largest_in)
    return f"{told}: {first}; {most}"


def other_texts(others: Sequence[OtherChange], lang: Language) -> list[str]:
    """Describe changes of versions, packages, platform, commit, data and inputs."""
    return [
        translate("again_other", lang, part=translate(f"record_{one.part}", lang), name=one.key,
              before=_short(one, one.before), after=_short(one, one.after))
        for one in others
    ]  # fmt: skip


def _short(one: OtherChange, text: str) -> str:
    return text[:SHOWN] if one.key in ("commit", "program") or one.part == "data" else text


def moved_lines(found: Any, lang: Language) -> list[str]:
    """Return an entry for 'Results that moved' in a changelog, in Markdown, with the causes."""
    options = found.options
    step = translate("moved_by_day" if options["step"] == "day" else "moved_by_week", lang)
    if found.still:
        n, seed = number(options["replications"], lang), options["seed"]
        return [
            translate("moved_nothing", lang, scenario=found.scenario, step=step, n=n, seed=seed)
        ]
    gaps = "; ".join(
        _from_to("gap", old["year"], _band(old, lang), _band(new, lang), lang)
        for old, new in found.gaps
    )
    places = [number(round(value, -2), lang) for value in found.need]
    need = _from_to("need", found.need_year, places[0], places[1], lang)
    head = translate("moved_head", lang, scenario=found.scenario, step=step, seed=options["seed"],
                 n=number(options["replications"], lang), gaps=gaps, need=need)  # fmt: skip
    causes = [*_causes(found, lang), translate("moved_why", lang)]
    return [_plain(line) for line in (head, *(f"  - {cause}" for cause in causes))]


def _from_to(what: str, year: int, before: str, after: str, lang: Language) -> str:
    key = f"moved_{what}" if before != after else f"still_{what}"
    return translate(key, lang, year=year, before=before, after=after)


def _causes(found: Any, lang: Language) -> list[str]:
    apart = [f"`{name}` {number(count, lang) if count >= 0 else translate('moved_shape', lang)}"
             for name, (count, _) in found.cells.items() if count]  # fmt: skip
    told = [translate("moved_cells", lang, cells=", ".join(apart))]
    told += [_key(change, lang) for change in found.changes]
    for one in found.others:
        if one.part in ("versions", "packages") or one.key in ("commit", "program", "clean"):
            told.append(translate("moved_other", lang, name=one.key, before=_short(one, one.before),
                              after=_short(one, one.after)))  # fmt: skip
    if not found.changes and not found.others:
        told.append(translate("moved_unknown", lang))
    return told


def _key(change: Difference, lang: Language) -> str:
    before, after = (_value(side, lang) for side in (change.left, change.right))
    if before == after:
        return translate("moved_ground", lang, name=change.key)
    return translate("moved_key", lang, name=change.key, before=before, after=after)


def _value(value: Any, lang: Language) -> str:
    told = value_text(value, lang)
    spread = spread_text(value, lang) if isinstance(value, Quantity) else ""
    return f"{told} ({spread})" if spread else told


def _band(row: Mapping[str, Any], lang: Language) -> str:
    low, middle, high = (number(row[f"gap_{name}"] / 1e6, lang) for name in ("p10", "p50", "p90"))
    return f"{middle} {translate('from_to', lang, low=low, high=high)}"


def _plain(text: str) -> str:
    """Replace typographic minus signs by hyphens, as a changelog is typed."""
    return text.replace("\N{MINUS SIGN}", "-")
