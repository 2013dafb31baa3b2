"""The report that follows up frozen forecasts: changes, outcomes, and alarms.

In the order of official evaluations of forecasts: first the change since the last forecast, then
the outcomes with the alarms, then the causes. It is a memo, so that it is written as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

from ..hindcast.monitoring import FAMILY, LIMIT, MOST_SCORE, REFERENCE
from ..report.display_names import series_name
from ..report.i18n import Language, billion, number, probability, translate
from ..report.observation_tables import period_text
from ..results.versions import versions
from ..runs.frozen import FrozenFigure, FrozenForecast
from ..runs.outcomes import FollowUp, Outcome, Revision, Watched
from ..runs.provenance import Provenance
from .memo.content import Block, Commands, Heading, Listing, Memo, Paragraph, Table

WIDE = 0.10
"""Relative standard deviation one month ahead above which a shift of 30% is found later."""
CAUSES = "opvangsim forecast explain-miss FILE --observed FILE --series SERIES --date PERIOD"
One = TypeVar("One")


def monitor_memo(found: FollowUp, command: str, lang: Language) -> Memo:
    """Return the report on forecasts as a memo; ``command`` is how it was asked for."""
    title = translate("monitor_title", lang, day=found.as_of)
    blocks: list[Block] = [
        Heading(title, 1),
        Paragraph(_opening(found, lang)),
        Heading(translate("monitor_revised", lang)),
        *_last_revision(found, lang),
        Heading(translate("monitor_came", lang)),
        *_outcomes(found, lang),
        Heading(translate("monitor_alarms", lang), 3),
        *_alarms(found, lang),
        Heading(translate("monitor_causes", lang)),
        Paragraph(translate("monitor_explain", lang)),
        Commands((CAUSES,)),
        Heading(translate("memo_caveats", lang)),
        Listing(tuple(_caveats(found, lang))),
        Heading(translate("memo_annex", lang), 1, annex=True),
        *_each_forecast(found, lang),
        *_earlier_revisions(found, lang),
        Heading(translate("memo_method", lang)),
        *_method(lang),
        Heading(translate("monitor_record", lang)),
        _record(found, lang),
    ]
    return Memo(title, lang, _stamp(found, command), tuple(blocks))


def _stamp(found: FollowUp, command: str) -> Provenance:
    def each(value: Callable[[FrozenForecast], object]) -> str:
        return ", ".join(dict.fromkeys(str(value(one)) for one in found.forecasts))

    return Provenance(
        "frozen forecasts",
        each(lambda one: one.record.scenario),
        each(lambda one: one.record.options.seed),
        versions()["opvangsim"],
        each(lambda one: one.record.run),
        command,
    )


def _opening(found: FollowUp, lang: Language) -> str:
    days = [one.data_as_of for one in found.forecasts]
    return translate(
        "monitor_opening", lang, n=len(days), first=days[0], last=days[-1],
        came=len({one.observation.figure for one in found.outcomes}), day=found.as_of,
    )  # fmt: skip


# -- The change since the last forecast --------------------------------------------------------


def _last_revision(found: FollowUp, lang: Language) -> list[Block]:
    if len(found.forecasts) < 2:
        return [Paragraph(translate("monitor_one", lang))]
    earlier, later = found.forecasts[-2:]
    return _revisions(found, earlier, later, lang)


def _earlier_revisions(found: FollowUp, lang: Language) -> Iterator[Block]:
    pairs = list(pairwise(found.forecasts))[:-1]
    if pairs:
        yield Heading(translate("monitor_earlier", lang))
    for earlier, later in pairs:
        yield from _revisions(found, earlier, later, lang)


def _revisions(
    found: FollowUp, earlier: FrozenForecast, later: FrozenForecast, lang: Language
) -> list[Block]:
    """Return how one forecast revised another: sums of years, year ends, and what has come."""
    came = {one.figure.key for one in found.outcomes}
    rows = [
        one
        for one in found.revisions
        if (one.earlier.file, one.later.file) == (earlier.file, later.file)
        and (_is_of_a_year(one.after) or one.after.key in came)
    ]
    words = {"earlier": _named(earlier), "later": _named(later)}
    if not rows:
        return [Paragraph(translate("monitor_nothing_common", lang, **words))]
    heads = ("series", "period", "before", "after", "change", "change_sd")
    return [
        _table(
            "monitor_revised_table", heads, [_revision(one, lang) for one in rows], lang, **words
        )
    ]


def _is_of_a_year(figure: FrozenFigure) -> bool:
    last = figure.statistic == "end" and f"{figure.period.last:%m-%d}" == "12-31"
    return figure.period.kind == "year" if figure.statistic == "sum" else last


def _revision(one: Revision, lang: Language) -> tuple[str, ...]:
    unit = one.after.unit
    return (
        _series(one.after, lang),
        period_text(one.after.period, lang),
        _amount(one.before.median, unit, lang),
        _amount(one.after.median, unit, lang),
        _amount(one.change, unit, lang),
        _decimal(one.in_sd, lang),
    )


# -- The outcomes ------------------------------------------------------------------------------


def _outcomes(found: FollowUp, lang: Language) -> list[Block]:
    if not found.outcomes:
        return [Paragraph(translate("monitor_no_outcomes", lang))]
    by_forecast = [(_named(one), found.outcomes_of(one)) for one in found.forecasts]
    by_series = _grouped(found.outcomes, lambda one: _series(one.figure, lang))
    all_ = (translate("monitor_all", lang), found.outcomes)
    heads = ("n", "within_50", "within_80", "nearer")
    return [
        Paragraph(_coverage(found.outcomes, lang), strong=True),
        _table(
            "monitor_by_forecast", ("forecast", *heads),
            [(name, *_scores(rows, lang)) for name, rows in [*by_forecast, all_] if rows], lang,
        ),
        _table(
            "monitor_by_series", ("series", *heads, "crps_ratio"),
            [(name, *_scores(rows, lang), _crps_ratio(rows, lang)) for name, rows in by_series],
            lang,
        ),
        Paragraph(translate("monitor_scores_note", lang), small=True),
    ]  # fmt: skip


def _coverage(outcomes: Sequence[Outcome], lang: Language) -> str:
    in_50, in_80 = _within(outcomes, lang)
    return translate("monitor_coverage", lang, n=len(outcomes), in_50=in_50, in_80=in_80)


def _within(outcomes: Sequence[Outcome], lang: Language) -> tuple[str, str]:
    """Return how many of the outcomes lay within the 50 and the 80% interval [%]."""
    of = len(outcomes) / 100
    in_50 = sum(one.within_50 for one in outcomes) / of
    in_80 = sum(one.within_80 for one in outcomes) / of
    return number(in_50, lang), number(in_80, lang)


def _scores(outcomes: Sequence[Outcome], lang: Language) -> tuple[str, ...]:
    """Return number and coverage of outcomes, and how often CRPS beat "no change"."""
    compared = [one for one in outcomes if np.isfinite(one.no_change)]
    nearer = sum(one.crps < one.no_change for one in compared)
    of = translate("monitor_of", lang, n=nearer, of=len(compared)) if compared else ""
    return (str(len(outcomes)), *_within(outcomes, lang), of)


def _crps_ratio(outcomes: Sequence[Outcome], lang: Language) -> str:
    """Return the CRPS of the outcomes of a series over that of "no change"."""
    compared = [one for one in outcomes if np.isfinite(one.no_change)]
    naive = sum(one.no_change for one in compared)
    return _decimal(sum(one.crps for one in compared) / naive, lang, 2) if naive > 0 else ""


def _each_forecast(found: FollowUp, lang: Language) -> Iterator[Block]:
    """Yield a table for each forecast in order of date: outcomes and their percentiles."""
    yield Heading(translate("monitor_by_date", lang))
    heads = ("series", "period", "ahead", "came", "median", "interval_80", "percentile")
    for forecast in found.forecasts:
        name = _named(forecast)
        rows = [_outcome(one, lang) for one in found.outcomes_of(forecast)]
        if rows:
            yield _table("monitor_each_table", heads, rows, lang, name=name)
        else:
            yield Paragraph(translate("monitor_none_of", lang, name=name))


def _outcome(one: Outcome, lang: Language) -> tuple[str, ...]:
    unit = one.figure.unit
    ends = (_amount(one.figure.at(level), unit, lang) for level in (0.1, 0.9))
    return (
        _series(one.figure, lang),
        period_text(one.figure.period, lang),
        str(one.months_ahead),
        _amount(one.came, unit, lang),
        _amount(one.figure.median, unit, lang),
        translate("monitor_interval", lang, low=next(ends), high=next(ends)),
        probability(one.percentile, lang, brief=True),
    )


# -- Alarms ------------------------------------------------------------------------------------


def _alarms(found: FollowUp, lang: Language) -> list[Block]:
    if not found.watched:
        return [Paragraph(translate("monitor_not_watched", lang))]
    alarmed = [_series(one.figure, lang) for one in found.watched if one.alarms]
    key = "monitor_alarmed" if alarmed else "monitor_no_alarm"
    told = translate(key, lang, n=len(found.watched), series="; ".join(alarmed))
    heads = ("series", "months", "sd", "up", "down", "alarm")
    rows = [_watched(one, lang) for one in found.watched]
    blocks: list[Block] = [
        Paragraph(told, strong=True),
        _table("monitor_alarm_table", heads, rows, lang, limit=_decimal(LIMIT, lang)),
    ]
    gaps = [one for one in found.watched if not np.isfinite(one.scores).all()]
    if gaps:
        missing = int(sum((~np.isfinite(one.scores)).sum() for one in gaps))
        text = translate("monitor_gaps", lang, n=missing, series=len(gaps))
        blocks.append(Paragraph(text, small=True))
    return blocks


def _watched(one: Watched, lang: Language) -> tuple[str, ...]:
    alarms = (
        translate("monitor_up" if way > 0 else "monitor_down", lang, month=month)
        for month, way in one.alarms
    )
    return (
        _series(one.figure, lang),
        str(int(np.isfinite(one.scores).sum())),
        f"{_decimal(100 * one.relative_sd, lang)}%",
        _decimal(float(one.cusum.up[-1]), lang),
        _decimal(float(one.cusum.down[-1]), lang),
        ", ".join(alarms) or translate("monitor_none", lang),
    )


# -- Caveats, method and record ----------------------------------------------------------------


def _caveats(found: FollowUp, lang: Language) -> Iterator[str]:
    late = sum(one.was_published for one in found.outcomes)
    if late:
        yield translate("monitor_late", lang, n=late, of=len(found.outcomes))
    if found.outcomes:
        yield translate("monitor_dependent", lang)
    if wide := [_series(one.figure, lang) for one in found.watched if one.relative_sd > WIDE]:
        yield translate("monitor_wide", lang, series="; ".join(wide))
    if len(found.watched) > FAMILY:
        yield translate("monitor_many", lang, n=len(found.watched), most=FAMILY)
    if found.unmatched:
        named = dict.fromkeys(series_name(o.series, o.breakdown, lang) for o in found.unmatched)
        yield translate("monitor_unmatched", lang, n=len(found.unmatched), series="; ".join(named))
    yield translate("monitor_error", lang)


def _method(lang: Language) -> Iterator[Block]:
    limits = {
        "k": _decimal(REFERENCE, lang, 2),
        "h": _decimal(LIMIT, lang),
        "cap": _decimal(MOST_SCORE, lang),
        "most": FAMILY,
    }
    for key in ("monitor_method_percentile", "monitor_method_crps", "monitor_method_cusum"):
        yield Paragraph(translate(key, lang, **limits))


def _record(found: FollowUp, lang: Language) -> Table:
    rows = [(one.file, one.record.cite) for one in found.forecasts]
    return _table("monitor_record_table", ("file", "cite"), rows, lang)


# -- Words and numbers -------------------------------------------------------------------------

LEFT = ("series", "period", "forecast", "alarm", "file", "cite")


def _table(
    caption: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]], lang: Language,
    **blanks: object,
) -> Table:  # fmt: skip
    return Table(
        translate(caption, lang, **blanks),
        tuple(translate(f"monitor_head_{head}", lang) for head in heads),
        tuple(rows),
        tuple(head not in LEFT for head in heads),
    )


def _named(forecast: FrozenForecast) -> str:
    return f"{forecast.data_as_of} {forecast.record.scenario}"


def _series(figure: FrozenFigure, lang: Language) -> str:
    name = series_name(figure.series, figure.breakdown, lang)
    return translate("monitor_mean_of", lang, name=name) if figure.statistic == "mean" else name


def _amount(value: float, unit: str, lang: Language) -> str:
    return billion(value, lang, 2) if unit == "EUR" else number(value, lang)


def _decimal(value: float, lang: Language, decimals: int = 1) -> str:
    return number(value, lang, decimals) if np.isfinite(value) else ""


def _grouped(rows: Sequence[One], key: Callable[[One], str]) -> list[tuple[str, list[One]]]:
    found: dict[str, list[One]] = {}
    for one in rows:
        found.setdefault(key(one), []).append(one)
    return list(found.items())
