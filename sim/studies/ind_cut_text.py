"""The IND against COA: a table of what a cut costs elsewhere, a chart, and the sentence."""

from __future__ import annotations

from rich.table import Table

from ..report.i18n import Language, label, million, number
from ..report.run_tables import prices_label
from ..results.experiment import Settings
from ..scenario import Scenario
from .ind_cut import TOTAL, IndCoa

COLUMNS = ("less", "more_coa", "more_nidos", "more_penalties", "net")


def cut_name(cut: str, lang: Language) -> str:
    """A cut in words."""
    return label(f"ind_coa_cut_{cut}", lang)


def table(found: IndCoa, scenario: Scenario, lang: Language) -> Table:
    """By cut and year: less for the IND, more elsewhere, and euros at COA for each euro less."""
    title = label("ind_coa_title", lang, year=found.since, prices=prices_label(scenario, lang))
    shown = Table(title=title, title_justify="left")
    columns = [c for c in COLUMNS if c != "more_nidos" or found.table[c].any()]
    shown.add_column(label("ind_coa_cut", lang), max_width=32)
    shown.add_column(label("year", lang), no_wrap=True)
    for key in columns:
        shown.add_column(label(f"ind_coa_{key}", lang), justify="right")
    shown.add_column(label("ind_coa_per_euro", lang), justify="right", no_wrap=True)
    for cut, rows in found.table.groupby("cut", sort=False):
        first = True
        for row in rows.to_dict("records"):
            if row["year"] != TOTAL and int(row["year"]) < found.since:
                continue
            year = label("ind_coa_all_years", lang) if row["year"] == TOTAL else row["year"]
            amounts = [million(row[column], lang) for column in columns]
            name = cut_name(str(cut), lang) if first else ""
            shown.add_row(name, year, *amounts, _per_euro(row, lang))
            first = False
        shown.add_section()
    return shown


def _per_euro(row: dict, lang: Language) -> str:  # type: ignore[type-arg]
    if row["per_euro"] != row["per_euro"]:
        return ""
    low, high = (number(row[f"per_euro_{q}"], lang, 1) for q in ("p10", "p90"))
    return f"{number(row['per_euro'], lang, 1)} {label('from_to', lang, low=low, high=high)}"


def sentences(found: IndCoa, settings: Settings, lang: Language) -> list[str]:
    """What each euro less costs over all years, for asylum and for family work, and the method."""
    whole = found.table[found.table["year"] == TOTAL].set_index("cut")
    years = [int(year) for year in found.table["year"].unique() if year != TOTAL]

    def per(cut: str, column: str = "per_euro") -> str:
        return number(float(whole.loc[cut, column]), lang, 1)  # type: ignore[arg-type]

    n, step = number(settings.replications, lang), label(f"step_{settings.step}", lang)
    return [
        label(
            "ind_coa_sentence", lang, first=found.since, last=years[-1], per=per("all_20"),
            low=per("all_20", "per_euro_p10"), high=per("all_20", "per_euro_p90"),
            asylum=per("asylum_20"), family=per("family_20"),
        ),
        label("ind_coa_method", lang),
        label("trial_method", lang, n=n, step=step),
    ]  # fmt: skip
