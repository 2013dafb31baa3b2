"""Tables of observed figures, and of the differences between two files of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from ..hindcast.observations import Differences, Observation
from ..hindcast.periods import Period
from .i18n import Language, day_text, number, percent, translate
from .observed_figures import ComparedFigures


def checked_text(figures: Sequence[Observation], file: str, lang: Language) -> str:
    """Say how many figures a file without mistakes holds, and when they were published."""
    days = [one.published for one in figures]
    return translate(
        "data_checked",
        lang,
        file=file,
        n=len(figures),
        series=len({one.name for one in figures}),
        first=min(days),
        last=max(days),
    )


def figure_value(figure: Observation, lang: Language) -> str:
    """Return the value of a figure with its decimals, as the language writes numbers."""
    decimals = 0 if figure.value == round(figure.value) else 1
    return number(figure.value, lang, decimals)


def period_text(period: Period, lang: Language) -> str:
    """Write a period, a day as the language writes dates."""
    return day_text(period.last, lang) if period.kind == "day" else str(period)


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def listing(figures: Sequence[Observation], lang: Language) -> Table:
    """Tabulate figures by series, part, statistic and length of period, with the last of each."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for key in ("data_series", "data_part", "data_statistic", "data_per"):
        table.add_column(translate(key, lang), overflow="fold")
    table.add_column(translate("data_count", lang), justify="right")
    table.add_column(translate("data_periods", lang))
    for key in ("data_last", "data_value"):
        table.add_column(translate(key, lang), justify="right", no_wrap=True)
    table.add_column(translate("data_unit", lang))
    table.add_column(translate("data_error", lang), justify="right")
    groups: dict[tuple[str, ...], list[Observation]] = {}
    for one in figures:
        group = one.series, one.breakdown, one.statistic, one.period.kind
        groups.setdefault(group, []).append(one)
    for (series, part, statistic, kind), found in groups.items():
        ordered = sorted(found, key=lambda one: (one.period.last, one.period.first))
        first, last = ordered[0].period, ordered[-1]
        table.add_row(
            series,
            part,
            translate(f"data_{statistic}", lang),
            translate(f"data_per_{kind}", lang),
            str(len(found)),
            _years(first.year, last.period.year),
            period_text(last.period, lang),
            figure_value(last, lang),
            translate(f"data_unit_{last.unit.lower()}", lang),
            percent(last.error, lang, 1),
        )
    return table


def compared_table(found: ComparedFigures, lang: Language) -> Table:
    """Tabulate published figures beside the 80% interval of a run."""
    table = Table(title=translate("observed_table", lang), title_justify="left")
    for key in ("data_series", "data_part", "observed_period"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("observed_published", "observed_run", "observed_is_inside"):
        table.add_column(translate(key, lang), justify="right")
    for one in found.compared:
        ends = translate("range", lang, low=number(one.low, lang), high=number(one.high, lang))
        inside = translate("observed_yes" if one.inside else "observed_no", lang)
        table.add_row(*_named(one.figure, lang), figure_value(one.figure, lang), ends, inside)
    return table


def difference_table(found: Differences, lang: Language) -> Table:
    """Tabulate the figures that differ between two files."""
    table = Table(box=None)
    for key in ("data_what", "data_series", "data_part", "data_period"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("data_old", "data_new", "data_change"):
        table.add_column(translate(key, lang), justify="right")
    for old, new in found.revised:
        change = ""
        if old.value:
            change = percent(new.value / old.value - 1, lang, 1)
        texts = (figure_value(old, lang), figure_value(new, lang), change)
        table.add_row(translate("data_revised", lang), *_named(new, lang), *texts)
    for one in found.added:
        table.add_row(
            translate("data_added", lang), *_named(one, lang), "", figure_value(one, lang), ""
        )
    for one in found.gone:
        table.add_row(
            translate("data_gone", lang), *_named(one, lang), figure_value(one, lang), "", ""
        )
    return table


def _named(figure: Observation, lang: Language) -> tuple[str, str, str]:
    return figure.series, figure.breakdown, period_text(figure.period, lang)
