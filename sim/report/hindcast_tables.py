"""Tables and sentences about calibration."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from ..hindcast import Fit, silent, unidentifiable
from ..scenario import Scenario, quantities
from .i18n import Language, number, translate
from .scenario_listing import plain

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
            f"{number(100 * float(found.told[n]), lang)}%",
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
