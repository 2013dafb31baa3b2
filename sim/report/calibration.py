"""What the calibration found: fitted numbers, where the years end, what the data can't tell."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from ..hindcast import Fit, silent, unidentifiable
from ..scenario import Scenario, quantities
from .i18n import Language, number, translate
from .scenario_listing import plain

CLOSE = 0.5
"""Spreads within which the baseline's number is the fitted one."""


def fit_table(found: Fit, lang: Language) -> Table:
    """Each number: the first thought, what came out, and how much of that the data told."""
    table = Table(title=translate("fit_title", lang), title_justify="left")
    table.add_column(translate("fit_number", lang))
    for key in ("fit_prior", "fit_value", "fit_told"):
        table.add_column(translate(key, lang), justify="right")
    for n, one in enumerate(found.numbers):
        table.add_row(
            one.path,
            _with(one.prior, one.sd, lang),
            _with(float(found.values[n]), float(found.sds[n]), lang),
            f"{number(100 * float(found.told[n]), lang)} %",
        )
    return table


def ends_table(found: Fit, lang: Language) -> Table:
    """Each figure the fit aimed at, and where the model ends."""
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
    """A value and its spread, to three digits."""
    shown = [plain(float(f"{part:.3g}"), lang) for part in (value, sd)]
    return translate("fit_plus", lang, value=shown[0], sd=shown[1])


def fit_lines(found: Fit, baseline: Scenario, lang: Language) -> list[str]:
    """What the data can't tell apart, what they don't tell, responses, and the baseline beside."""
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
    """The baseline's number for each fitted one, and how many spreads it lies off."""
    have = dict(quantities(baseline))
    fitted = {
        one.path: (float(found.values[n]), float(found.sds[n]))
        for n, one in enumerate(found.numbers)
        if len(one.years) > 1
    }
    fitted["ind.capacity.response"] = (found.output.power, found.output.sd)
    fitted["housing.response"] = (found.homes.power, found.homes.sd)
    return {
        path: (have[path].single, float(np.divide(have[path].single - value, sd)))
        for path, (value, sd) in fitted.items()
    }
