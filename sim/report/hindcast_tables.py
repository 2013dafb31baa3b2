"""Tables and sentences about hindcasts: scorecard, inflow models, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from ..hindcast import (
    NAIVE,
    SERIES,
    Coverage,
    Fit,
    beaten_by_naive,
    coverage,
    decided,
    official_cells,
    silent,
    summary,
    unidentifiable,
)
from ..scenario import Scenario, quantities
from .i18n import Language, number, translate
from .scenario_listing import plain

MONEY = ("spending_article_37", "spending_coa_cost", "spending_coa_cash")


def score_table(cells: pd.DataFrame, lang: Language) -> Table:
    """Tabulate errors of each forecaster and coverage of intervals, by series and years ahead.

    A naive forecaster is shown only where it has all cells of the model.
    """
    title = translate("score_title", lang)
    table = Table(title=title, title_justify="left")
    table.add_column(translate("score_series", lang), overflow="fold")
    table.add_column(translate("score_ahead", lang), justify="right")
    table.add_column("n", justify="right")
    for name in ("program", *NAIVE):
        table.add_column(translate(f"score_{name}", lang), justify="right", overflow="fold")
    table.add_column(translate("score_crps", lang), justify="right")
    table.add_column(translate("score_bias", lang), justify="right")
    table.add_column(translate("score_within", lang), justify="right")
    rows = {
        (r["series"], r["ahead"], r["forecaster"]): r for r in summary(cells).to_dict("records")
    }
    for series in SERIES:
        years = sorted({ahead for name, ahead, _ in rows if name == series})
        for ahead in years:
            mine = rows.get((series, ahead, "program"))
            if mine is None:
                continue
            plain = {
                name: rows[series, ahead, name]
                for name in NAIVE
                if rows.get((series, ahead, name), {}).get("n") == mine["n"]
            }
            best = min(float(row["crps"]) for row in plain.values())
            table.add_row(
                translate(f"series_{series}", lang) if ahead == years[0] else "",
                str(ahead),
                str(mine["n"]),
                *[
                    percent(row["mape"], lang) if row else ""
                    for row in (mine, *(plain.get(name) for name in NAIVE))
                ],
                number(float(mine["crps"]) / best, lang, 2),
                signed(mine["bias"], lang),
                " / ".join(number(100 * mine[f"within_{band}"], lang) for band in ("50", "80")),
                end_section=ahead == years[-1],
            )
    return table


def percent(value: Any, lang: Language) -> str:
    return f"{number(100 * float(value), lang)} %"


def signed(value: Any, lang: Language) -> str:
    plus = "+" if round(100 * float(value)) > 0 else ""
    return plus + percent(value, lang)


def official_table(cells: pd.DataFrame, lang: Language) -> Table:
    """Tabulate each official forecast with the model's hindcast from its day of publication."""
    table = Table(title=translate("official_title", lang), title_justify="left")
    for key in ("score_series", "official_edition", "official_target"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("official_came", "official_said", "official_off", "score_program",
                "official_program_off", "official_band"):  # fmt: skip
        table.add_column(translate(key, lang), justify="right")
    for row in official_cells(cells).to_dict("records"):
        unit = 1e6 if row["series"] in MONEY else 1.0

        def amount(key: str, row: dict[Any, Any] = row, unit: float = unit) -> str:
            return number(float(row[key]) / unit, lang)

        table.add_row(
            translate(f"series_{row['series']}", lang),
            row["edition"],
            str(row["target"]),
            amount("came"),
            amount("official"),
            signed(row["official_error"] / row["came"], lang),
            amount("program"),
            signed(row["program_error"] / row["program_came"], lang),
            translate("range", lang, low=amount("low_80"), high=amount("high_80")),
        )
    return table


def process_table(found: pd.DataFrame, lang: Language) -> Table:
    """Tabulate the scores of the candidate inflow models, the chosen one marked."""
    table = Table(title=translate("process_title", lang), title_justify="left")
    for key in ("process_start", "process_name"):
        table.add_column(translate(key, lang), overflow="fold")
    for key in ("process_parameters", "process_crps", "process_error"):
        table.add_column(translate(key, lang), justify="right")
    for ahead in (1, 2, 3, 4):
        table.add_column(translate("process_ahead", lang, n=ahead), justify="right")
    table.add_column(translate("process_within", lang), justify="right")
    rows = found.to_dict("records")
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        mark = " *" if row["chosen"] else ""
        table.add_row(
            translate(f"start_{row['start']}", lang),
            translate(f"process_{row['process']}", lang) + mark,
            str(row["parameters"]),
            number(float(row["crps"]), lang),
            number(float(row["standard_error"]), lang),
            *[number(float(row[f"crps_{ahead}"]), lang) for ahead in (1, 2, 3, 4)],
            percent(row["within_80"], lang),
            end_section=following is not None and following["start"] != row["start"],
        )
    return table


def verdict(cells: pd.DataFrame, official: pd.DataFrame, lang: Language) -> list[str]:
    """Return sentences on coverage, and on accuracy against naive and official forecasts."""
    found = coverage(cells)
    lines = [_coverage_line(found, lang)]
    found_worse: dict[str, dict[str, list[int]]] = {}
    for series, ahead, name, _ in beaten_by_naive(summary(cells)):
        found_worse.setdefault(series, {}).setdefault(name, []).append(ahead)
    for series, by_name in found_worse.items():
        names = [
            f"{translate(f'score_{name}', lang)} ({', '.join(map(str, sorted(years)))})"
            for name, years in sorted(by_name.items())
        ]
        title = translate(f"series_{series}", lang)
        lines.append(translate("score_worse", lang, series=title, names=", ".join(names)))
    pairs = official_cells(official)
    for series in pairs["series"].unique():
        rows = pairs[pairs["series"] == series]
        mine, theirs = rows["program_percentage"], rows["official_percentage"]
        lines.append(
            translate(
                "official_verdict",
                lang,
                series=translate(f"series_{series}", lang),
                nearer=int((mine < theirs).sum()),
                n=len(rows),
                program=percent(mine.mean(), lang),
                official=percent(theirs.mean(), lang),
            )
        )
    return lines


def _coverage_line(found: Coverage, lang: Language) -> str:
    return translate(
        "coverage_line" if decided(found) else "coverage_open",
        lang,
        share=percent(found.share, lang),
        low=percent(found.low, lang),
        high=percent(found.high, lang),
        cells=found.cells,
        origins=found.origins,
        p=number(found.p_value, lang, 2),
    )


CLOSE = 0.5
"""Standard deviations within which the baseline's number counts as equal to the fitted one."""


def fit_table(found: Fit, lang: Language) -> Table:
    """Tabulate each fitted number: prior, estimate, and the share of it that the data inform."""
    table = Table(title=translate("fit_title", lang), title_justify="left")
    table.add_column(translate("fit_number", lang))
    for key in ("fit_prior", "fit_value", "fit_told"):
        table.add_column(translate(key, lang), justify="right")
    for n, one in enumerate(found.numbers):
        table.add_row(
            one.path,
            _with(one.prior, one.sd, lang),
            _with(float(found.estimates[n]), float(found.sds[n]), lang),
            f"{number(100 * float(found.told[n]), lang)} %",
        )
    return table


def ends_table(found: Fit, lang: Language) -> Table:
    """Tabulate each observation that the fit aims at, with the value of the model."""
    table = Table(title=translate("fit_ends_title", lang), title_justify="left")
    table.add_column(translate("fit_end", lang))
    for key in ("fit_figure", "fit_model", "fit_off"):
        table.add_column(translate(key, lang), justify="right")
    for target, end in found.ends:
        off = (end - target.value) / target.sd
        table.add_row(
            f"{target.scenario}: {target.source}",
            translate(
                "fit_plus", lang, value=number(target.value, lang), sd=number(target.sd, lang)
            ),
            number(end, lang),
            ("+" if off > 0 else "") + number(off, lang, 1),
        )
    return table


def _with(value: float, sd: float, lang: Language) -> str:
    """Format a value and its standard deviation to three digits."""
    shown = [plain(float(f"{part:.3g}"), lang) for part in (value, sd)]
    return translate("fit_plus", lang, value=shown[0], sd=shown[1])


def fit_lines(found: Fit, baseline: Scenario, lang: Language) -> list[str]:
    """Return sentences on unidentifiable numbers, responses, and differences from the baseline."""
    lines = [
        translate("fit_indistinct", lang, a=a, b=b, r=number(r, lang, 2))
        for a, b, r in unidentifiable(found)
    ]
    if silent(found):
        lines.append(translate("fit_silent", lang, names=", ".join(silent(found))))
    for what, answer in (("fit_output", found.output), ("fit_homes", found.homes)):
        lines.append(
            translate(
                "fit_response",
                lang,
                what=translate(what, lang),
                power=number(answer.power, lang, 2),
                sd=number(answer.sd, lang, 2),
                left=number(answer.residual_sd, lang, 2),
            )
        )
    apart = differences(found, baseline)
    lines += [
        translate("fit_differs", lang, path=path, have=plain(have, lang), off=number(off, lang, 1))
        for path, (have, off) in apart.items()
        if abs(off) > CLOSE
    ]
    if all(abs(off) <= CLOSE for _, off in apart.values()):
        lines.append(translate("fit_same", lang))
    return lines


def differences(found: Fit, baseline: Scenario) -> dict[str, tuple[float, float]]:
    """Give the baseline's value of each fitted number and its distance in standard deviations."""
    have = dict(quantities(baseline))
    fitted = {
        one.path: (float(found.estimates[n]), float(found.sds[n]))
        for n, one in enumerate(found.numbers)
        if len(one.years) > 1
    }
    fitted["ind.capacity.response"] = (found.output.power, found.output.sd)
    fitted["housing.response"] = (found.homes.power, found.homes.sd)
    return {
        path: (have[path].single, float(np.divide(have[path].single - value, sd)))
        for path, (value, sd) in fitted.items()
    }
