"""An explanation as a table, a waterfall and the sentence that sums it up."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.table import Table

from ..report.display_names import line_label
from ..report.i18n import Language, billion, label, million
from ..report.run_tables import prices_label
from ..scenario import Scenario
from .explain import Explanation
from .factors import THEMES

BAND = ("difference_p10", "difference_p90")
"""How the table of ends calls the band of the difference."""


def factor_name(name: str, lang: Language) -> str:
    """What a reader calls a factor: a theme in words, a patch or a key by its name."""
    return label(f"theme_{name}", lang) if name in THEMES else name


def statistic_name(statistic: str, lang: Language) -> str:
    """Median, mean, or a percentile."""
    if statistic in ("p50", "mean"):
        return label(f"statistic_{statistic}", lang)
    return label("statistic_percentile", lang, n=int(statistic.removeprefix("p")))


def effects_table(found: Explanation, scenarios: Mapping[str, Scenario], lang: Language) -> Table:
    """From the first gap to the second, a row a factor; the residual always shown."""
    address = found.address
    title = label(
        "explain_title",
        lang,
        first=found.first,
        second=found.second,
        line=line_label(address.line, lang),
        year=address.year,
        statistic=statistic_name(address.statistic, lang),
        prices=prices_label(scenarios[found.first], lang),
    )
    table = Table(title=title, title_justify="left")
    table.add_column(label("explain_factor", lang))
    for key in ("explain_effect", "explain_alone", "explain_last", "explain_band"):
        table.add_column(label(key, lang), justify="right", no_wrap=True)
    table.add_row(_end("explain_from", found.first, lang), million(found.before, lang))
    table.add_section()
    for row in found.effects.to_dict("records"):
        band = label("range", lang, low=million(row["p10"], lang), high=million(row["p90"], lang))
        table.add_row(
            factor_name(str(row["factor"]), lang),
            *(million(row[column], lang) for column in ("effect", "alone", "last")),
            band if row["p10"] or row["p90"] else "",
        )
    table.add_row(label("explain_residual", lang), million(found.residual, lang))
    table.add_section()
    table.add_row(_end("explain_to", found.second, lang), million(found.after, lang))
    return table


def sentences(found: Explanation, lang: Language) -> list[str]:
    """What the factors take off together, its band, and what none of them covers."""
    effect = found.after - found.before
    way = "explain_lowers" if effect < 0 else "explain_raises"
    if found.before <= 0:
        way = "explain_changes"
    key = "explain_enough" if found.after <= 0 else "explain_remains"
    if found.after > 0 and effect >= 0:
        key = "explain_short"
    verdict = label(
        way,
        lang,
        year=found.address.year,
        before=billion(found.before, lang),
        effect=billion(abs(effect) if found.before > 0 else effect, lang),
    )
    left = label(key, lang, left=billion(abs(found.after), lang))
    return [
        f"{verdict} {left} {whole_band(found, lang)}",
        label(
            "explain_method",
            lang,
            n=sum(1 for f in found.factors if f.keys),
            runs=found.runs,
            priced=found.priced,
        ),
    ]


def cells(found: Explanation) -> pd.DataFrame:
    """The two ends, the residual, and the band of the whole difference as a table."""
    rows = [(found.first, found.before), (found.second, found.after), ("residual", found.residual)]
    rows += zip(BAND, found.band, strict=True)
    return pd.DataFrame({"cell": str(found.address), "of": [name for name, _ in rows],
                         "value": [value for _, value in rows]})  # fmt: skip


def whole_band(found: Explanation, lang: Language) -> str:
    """How far the difference reaches in eight of ten futures: lower is less short."""
    low, high = (billion(value, lang) for value in found.band)
    return label("explain_whole_band", lang, low=low, high=high)


def _end(key: str, name: str, lang: Language) -> str:
    """An end of the waterfall, with room to break a chain at its joints."""
    return label(key, lang, name=name.replace("+", " + "))
