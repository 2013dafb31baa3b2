"""IND cut: what does a euro less for the IND cost at COA?

The IND is cut, everything else unchanged: people whose case is not decided stay in reception. Its
response to the workload is switched off on both sides, since an office that hires back what was
cut is not cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.table import Table

from ..clock import Clock
from ..errors import Message, usage_error
from ..model.sampling import Floats
from ..report.charts.bar_rows import FAINT, Rows, new_rows
from ..report.charts.elements import BILLION, listed, source_line, write_right
from ..report.charts.layout import LegendEntry, Swatch, finish
from ..report.charts.names import scenario_label
from ..report.charts.scales import number_scale, zero_line
from ..report.i18n import Language, billion, million, number, translate
from ..report.run_tables import prices_label
from ..report.study_data import StudyData
from ..report.style import DARK, SAND, ChartSize
from ..results import budget
from ..results.executor import ALL_CORES, Workers
from ..results.experiment import Experiment, Progress, Settings
from ..results.tasks import Task, run_tasks
from ..runs.study_folder import StudyContent
from ..scenario import Quantity, Scenario, override
from .base import Implementation, Inputs, StudyChart, Value, content_of, settings_of
from .levers import as_written, path_from
from .options import IndCutOptions

BECAUSE = "set to see what a cut of the IND costs"
SHOWN_LINES = ("ind_asylum", "ind_other", "penalties", "coa", "nidos")
DEARER_LINES = ("coa", "nidos", "penalties")
"""Where less work at the IND comes back as cost."""
COLUMNS = ("less", "more_coa", "more_nidos", "more_penalties", "net")


@dataclass(frozen=True)
class IndCut:
    """Shares by which asylum work and family work are cut; None: as the budget has it."""

    name: str
    asylum: float | None
    family: float | None


CUTS = (
    IndCut("all_5", 0.05, 0.05),
    IndCut("all_10", 0.10, 0.10),
    IndCut("all_20", 0.20, 0.20),
    IndCut("all_35", 0.35, 0.35),
    IndCut("asylum_20", 0.20, 0.0),
    IndCut("family_20", 0.0, 0.20),
    IndCut("budget", None, None),
)


def run(options: IndCutOptions, inputs: Inputs) -> StudyContent:
    """Cut the IND from a year on and return the table; raises ``ScenarioError``.

    The study has a row a cut and year, and one for all years together. ``less`` is what the IND
    costs less, without penalties; ``more_coa``, ``more_nidos`` and ``more_penalties`` what these
    cost more, ``more`` all three, ``net`` that less ``less``; each a mean with its 80% interval
    over replications [EUR]. ``per_euro`` is what COA costs more for each euro less: mean over mean,
    with the 80% interval over replications; NaN where the IND does not cost less.
    """
    scenario, settings = inputs.scenario, settings_of(options)
    last = (settings.until or scenario.until).year
    if not scenario.start.year < options.since <= last:
        what = Message(
            "a cut from {since} on, in a run from {start} to {last}",
            since=options.since,
            start=scenario.start,
            last=last,
        )
        usage_error(
            "--from", what, Message("take a year from {year} on", year=scenario.start.year + 1)
        )
    with inputs.watch("ind-cut", settings.replications * (len(CUTS) + 1)) as progress:
        table = cost_of_cuts(scenario, settings, CUTS, options.since, inputs.workers, progress)
    asked = {"from": options.since, "cuts": [each.name for each in CUTS]}
    return content_of("ind_coa", options, inputs, settings, {"ind_coa": table}, asked)


def cost_of_cuts(
    scenario: Scenario,
    settings: Settings,
    cuts: Sequence[IndCut] = CUTS,
    since: int = 2026,
    workers: Workers = ALL_CORES,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Cut the IND on common random numbers, and return what COA, Nidos and penalties cost more."""
    held = without_cut(scenario)
    scenarios = [held, *(with_cut(held, cut, since) for cut in cuts)]
    tasks = [Task(loaded, _lines) for loaded in scenarios]
    ours, *theirs = run_tasks(tasks, settings, workers, progress)
    until = settings.until or scenario.until
    years = budget.whole_years(Clock(scenario.start, until, settings.step))
    rows = [
        row
        for cut, arrays in zip(cuts, theirs, strict=True)
        for row in _rows(cut, years, {line: arrays[line] - ours[line] for line in SHOWN_LINES})
    ]
    return pd.DataFrame(rows)


def without_cut(scenario: Scenario) -> Scenario:
    """The scenario with an IND that does not answer to the work at hand, its plan certain.

    A cut sets the plan, and what is set is certain: so it is on the side without the cut too.
    Raises ``ScenarioError`` if the IND's capacity is not a plan that could be cut.
    """
    if scenario.ind.capacity.mode != "planned" or scenario.closing == "constrained":
        what = "the IND of this scenario works by something else than a plan"
        advice = "take a scenario with ind.capacity.mode: planned and closing: open"
        usage_error("ind.capacity.mode", what, advice)
    plan, staff = scenario.ind.capacity.planned, scenario.family.staff
    changes = {
        "ind.capacity.response": 0,
        "ind.capacity.planned": as_written(plan, _values(plan)),
        "family.staff": as_written(staff, _values(staff)),
    }
    return override(scenario, changes, BECAUSE)


def _values(quantity: Quantity) -> object:
    return dict(quantity.value) if isinstance(quantity.value, tuple) else quantity.single


def with_cut(scenario: Scenario, cut: IndCut, since: int) -> Scenario:
    """A scenario whose IND has less to work with, from a year on."""
    if cut.asylum is None or cut.family is None:
        return override(scenario, {"ind.capacity.mode": "follows_budget"}, BECAUSE)
    plan, staff = scenario.ind.capacity.planned, scenario.family.staff
    return override(
        scenario,
        {
            "ind.capacity.planned": _cut(scenario, plan, cut.asylum, since),
            "family.staff": _cut(scenario, staff, cut.family, since),
        },
        BECAUSE,
    )


def _cut(scenario: Scenario, quantity: Quantity, share: float, since: int) -> object:
    """The quantity as it was before the year, and less by a share from then on."""
    first = date(since, 1, 1)
    path = path_from(quantity, scenario.start, first, quantity.on(first))
    if not isinstance(path, dict):
        return path * (1 - share)
    cut = {day: value * (1 - share) if day >= first else value for day, value in path.items()}
    return as_written(quantity, cut)


def _lines(experiment: Experiment) -> dict[str, Floats]:
    return {line: experiment.line("cost", line) for line in SHOWN_LINES}


def _rows(cut: IndCut, years: Sequence[int], change: dict[str, Floats]) -> list[dict[str, object]]:
    """A row a year and one for all: changes (year, replication) by line."""
    less = -(change["ind_asylum"] + change["ind_other"])
    more = {line: change[line] for line in DEARER_LINES}
    parts = [(str(year), n) for n, year in enumerate(years)]
    rows = [_row(cut, year, less[n], {k: v[n] for k, v in more.items()}) for year, n in parts]
    whole = {line: values.sum(axis=0) for line, values in more.items()}
    return [*rows, _row(cut, TOTAL, less.sum(axis=0), whole)]


def _row(cut: IndCut, year: str, less: Floats, more: dict[str, Floats]) -> dict[str, object]:
    every = sum(more.values(), start=np.zeros_like(less))
    net = every - less
    columns = {"less": less, **{f"more_{line}": v for line, v in more.items()}, "more": every}
    columns["net"] = net
    row: dict[str, object] = {"cut": cut.name, "year": year}
    for name, values in columns.items():
        low, high = np.quantile(values, (0.1, 0.9))
        row |= {name: float(values.mean()), f"{name}_p10": low, f"{name}_p90": high}
    row["p_net_positive"] = float((net > 0).mean())
    row |= dict.fromkeys(("per_euro", "per_euro_p10", "per_euro_p90"), float("nan"))
    if (less > 0).all():
        low, high = np.quantile(more["coa"] / less, (0.1, 0.9))
        mean = float(more["coa"].mean() / less.mean())
        row |= {"per_euro": mean, "per_euro_p10": low, "per_euro_p90": high}
    return row


def tell(data: StudyData, lang: Language) -> list[Any]:
    """Return the printed table and the sentences."""
    table = data.table("ind_coa").astype({"year": str})
    return [_printed(table, data, lang), *_sentences(table, data, lang)]


def _printed(table: pd.DataFrame, data: StudyData, lang: Language) -> Table:
    """Return by cut and year: less for the IND, more elsewhere, euros at COA per euro less."""
    since, prices = data.asked["from"], prices_label(data.first, lang)
    title = translate("ind_coa_title", lang, year=since, prices=prices)
    printed = Table(title=title, title_justify="left")
    columns = [c for c in COLUMNS if c != "more_nidos" or table[c].any()]
    printed.add_column(translate("ind_coa_cut", lang), max_width=32)
    printed.add_column(translate("year", lang), no_wrap=True)
    for key in columns:
        printed.add_column(translate(f"ind_coa_{key}", lang), justify="right")
    printed.add_column(translate("ind_coa_per_euro", lang), justify="right", no_wrap=True)
    for cut, rows in table.groupby("cut", sort=False):
        name = cut_name(str(cut), lang)
        for row in rows.to_dict("records"):
            if row["year"] != TOTAL and int(row["year"]) < since:
                continue
            year = translate("ind_coa_all_years", lang) if row["year"] == TOTAL else row["year"]
            amounts = [million(row[column], lang) for column in columns]
            printed.add_row(name, year, *amounts, _per_euro(row, lang))
            name = ""
        printed.add_section()
    return printed


def _per_euro(row: dict[Any, Any], lang: Language) -> str:
    if row["per_euro"] != row["per_euro"]:
        return ""
    low, high = (number(row[f"per_euro_{q}"], lang, 1) for q in ("p10", "p90"))
    return f"{number(row['per_euro'], lang, 1)} {translate('from_to', lang, low=low, high=high)}"


def _sentences(table: pd.DataFrame, data: StudyData, lang: Language) -> list[str]:
    """Return what each euro less costs over all years, by kind of work, and the method."""
    whole = table[table["year"] == TOTAL].set_index("cut")
    years = [int(year) for year in table["year"].unique() if year != TOTAL]

    def per(cut: str, column: str = "per_euro") -> str:
        return number(float(whole.loc[cut, column]), lang, 1)  # type: ignore[arg-type]

    n, step = (
        number(data.settings.replications, lang),
        translate(f"step_{data.settings.step}", lang),
    )
    return [
        translate(
            "ind_coa_sentence",
            lang,
            first=data.asked["from"],
            last=years[-1],
            per=per("all_20"),
            low=per("all_20", "per_euro_p10"),
            high=per("all_20", "per_euro_p90"),
            asylum=per("asylum_20"),
            family=per("family_20"),
        ),
        translate("ind_coa_method", lang),
        translate("trial_method", lang, n=n, step=step),
    ]


TOTAL = "total"
"""In place of a year: all years together."""
MAIN_CUT = "all_20"
LESS, MORE = Swatch(DARK), Swatch(SAND)


def cut_name(cut: str, lang: Language) -> str:
    """Return a cut in words."""
    return translate(f"ind_coa_cut_{cut}", lang)


def _whole(data: StudyData) -> tuple[pd.DataFrame, list[int]]:
    """All years together, a row a cut; and which years these are."""
    table = data.table("ind_coa").astype({"year": str})
    years = [int(year) for year in table["year"].unique() if year != TOTAL]
    return table[table["year"] == TOTAL], years


def message(data: StudyData, lang: Language) -> str:
    """Return what a cut of a fifth saves at the IND and costs elsewhere, or the first cut."""
    whole, _ = _whole(data)
    rows = whole[whole["cut"] == MAIN_CUT]
    row = (rows if len(rows) else whole).iloc[0]
    less, more = (billion(float(row[name]), lang, 2) for name in ("less", "more"))
    return translate("ind_cut_message", lang, cut=cut_name(str(row["cut"]), lang), less=less,
                     more=more)  # fmt: skip


def draw(data: StudyData, size: ChartSize, lang: Language) -> Figure:
    """A pair of bars a cut, with the 80% interval of what costs more."""
    whole, years = _whole(data)
    scenario = data.first
    subtitle = translate(
        "ind_cut_subtitle",
        lang,
        first=data.asked["from"],
        last=years[-1],
        axis=translate("ind_coa_axis", lang, prices=prices_label(scenario, lang)),
    )
    rows = new_rows(
        size,
        message(data, lang),
        [""],
        [cut_name(cut, lang) for cut in whole["cut"]],
        lambda _: [
            translate("study_ind_coa_note", lang),
            source_line(scenario_label(scenario, lang), lang),
        ],
        subtitle=subtitle,
        lines=1.8,
        legend=[
            LegendEntry(LESS, translate("ind_coa_less", lang)),
            LegendEntry(MORE, translate("ind_coa_elsewhere", lang)),
        ],
    )
    _bars(rows, whole, lang)
    return finish(rows.layout)


def _bars(rows: Rows, whole: pd.DataFrame, lang: Language) -> None:
    size, (axes,) = rows.layout.size, rows.layout.panels
    half = 0.46 * rows.tall
    written = []
    for at, row in zip(rows.at, whole.to_dict("records"), strict=True):
        less, more, low, high = (row[name] / BILLION
                                 for name in ("less", "more", "more_p10", "more_p90"))  # fmt: skip
        for value, mark, place in ((less, LESS, at - half / 2), (more, MORE, at + half / 2)):
            axes.barh(place, value, half, color=mark.colour, hatch=mark.hatch, edgecolor=DARK,
                      linewidth=0.25 * size.line)  # fmt: skip
        axes.hlines(at + half / 2, low, high, color="white", linewidth=1.1 * size.line)
        axes.hlines(at + half / 2, low, high, color=FAINT, linewidth=0.5 * size.line)
        written += [(max(less, 0.0), at - half / 2, number(less, lang, 2)),
                    (max(more, high, 0.0), at + half / 2, number(more, lang, 2))]  # fmt: skip
    zero_line(axes.xaxis)
    number_scale(axes.xaxis, lang, 7)
    for end, place, text in written:
        write_right(axes, end, place, text, rows.points)


def alt_text(data: StudyData, lang: Language) -> str:
    """The chart in a sentence or two, with its numbers."""
    whole, _ = _whole(data)
    parts = [
        translate(
            "alt_ind_coa_cut",
            lang,
            cut=cut_name(row["cut"], lang),
            less=billion(row["less"], lang, 2),
            more=billion(row["more"], lang, 2),
            low=number(row["more_p10"] / BILLION, lang, 2),
            high=number(row["more_p90"] / BILLION, lang, 2),
        )
        for row in whole.to_dict("records")
    ]
    return translate("alt_ind_coa", lang, title=message(data, lang), told=listed(parts))


def values(tables: Mapping[str, pd.DataFrame]) -> dict[str, Value]:
    """Return the results of each cut for all years together, as ``CUT.COLUMN``."""
    table = tables["ind_coa"]
    rows = table[table["year"] == TOTAL].to_dict("records")
    return {
        f"{row['cut']}.{column}": Value(
            float(row[column]), (float(row[f"{column}_p10"]), float(row[f"{column}_p90"]))
        )
        for row in rows
        for column in ("per_euro", "less", "more_coa", "net")
    }


IMPLEMENTATION = Implementation(
    run, tell, {"ind_coa": StudyChart("ind-coa", draw, alt_text)}, values=values
)
