"""Read a table of a results folder, and check that it is one: columns, types, and numbers.

Every table is read here, so that all that is made of a folder can rely on it: its columns are
there, its numbers are finite or empty, its texts hold text, and no row of a run is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from ..errors import UNSHOWN, Message, Problem, ScenarioError, as_message
from .manifest_schema import LARGEST, YEARS

LONGEST_TEXT = 10_000
"""Longest text in a cell [characters]."""
STATISTICS = "mean p05 p10 p25 p50 p75 p90 p95"
_COST_AND_GAP = " ".join(f"{table}_{name}" for table in ("cost", "gap")
                         for name in STATISTICS.split())  # fmt: skip
_COST_AND_CUMULATED = _COST_AND_GAP.replace("gap_", "cumulated_")
_DIFFERENCE = "base_mean base_p50 other_mean other_p50 p_positive variance_ratio " + " ".join(
    f"difference_{name}" for name in STATISTICS.split()
)
_IND_COA = " ".join(
    f"{name}{end}"
    for name in ("less", "more_coa", "more_nidos", "more_penalties", "more", "net", "per_euro")
    for end in ("", "_p10", "_p90")
)
_COMPARED = " ".join(
    f"{name}{end}"
    for name in ("cost_mean", "p_short", "nights_short_mean", "empty_nights_mean",
                 "standby_nights_mean", "opened_mean", "closed_mean", "loss_mean", "regret_mean",
                 "above_best_mean")
    for end in ("", "_low", "_high")
)  # fmt: skip
_MORE = " ".join(
    f"{name}{end}"
    for name in ("more_cost_mean", "fewer_nights_mean", "more_short")
    for end in ("", "_low", "_high")
)
_OF_PLANS = " ".join(
    f"{name}{end}"
    for name in ("loss_mean", "cost_mean", "cost_p90", "cost_cvar", "nights_short_mean",
                 "shortage_p", "empty_nights_mean", "standby_nights_mean", "opened_mean",
                 "closed_mean")
    for end in ("", "_low", "_high")
)  # fmt: skip
COLUMNS: dict[tuple[str, str], str] = {
    ("run", "budget"): f"vintage:text cost_level:text timing:text price_basis:text line:text "
    f"year:year budget p_gap_positive {_COST_AND_GAP}",
    ("run", "budget_monthly"): "vintage:text year:year date:date line:text cost_level:text "
    f"timing:text price_basis:text {_COST_AND_CUMULATED} budget p_over_budget realised",
    ("run", "monthly"): f"series:text breakdown:text unit:text date:date {STATISTICS}",
    ("run", "yearly"): f"series:text breakdown:text measure:text unit:text year:year {STATISTICS}",
    ("run", "replications"): "year:year replication:count *",
    ("comparison", "differences"): f"scenario:text series:text breakdown:text year:year unit:text "
    f"{_DIFFERENCE}",
    ("comparison", "levels"): "scenario:text series:text breakdown:text year:year unit:text "
    f"p_positive {STATISTICS}",
    ("comparison", "monthly"): f"scenario:text series:text breakdown:text date:date {_DIFFERENCE}",
    ("explanation", "cells"): "cell:text of:text value",
    ("explanation", "effects"): "factor:text keys:text effect alone last mean p10 p90 p_positive",
    ("enough", "amounts"): "line:text year:year chance amount amount_low amount_high budget added "
    "p_enough p_enough_low p_enough_high",
    ("enough", "chances"): "line:text chance amount amount_low amount_high",
    ("solution", "chances"): "line:text chance amount amount_low amount_high",
    ("solution", "answer"): "lever:text target:text certainty answer p10 p90 unit:text side:text "
    "always:truth crossings:count present",
    ("solution", "points"): "lever:text value unit:text held mean p10 p50 p90 p_met",
    ("frontier", "frontier"): "p10 p90 all_met:truth none_met:truth",
    ("frontier", "grid"): "held mean p_met met:truth",
    ("stock", "best"): "by:text places p10 p90 under_eur over_eur chance first_year:year "
    "last_year:year",
    ("stock", "stock"): "kind:text regular_places cost_mean cost_p10 cost_p50 cost_p90 "
    "more_than_reference_mean more_p10 more_p90 p_more",
    ("plan_comparison", "plans"): f"plan:text cost_p10 cost_p50 cost_p90 cost_cvar90 regret_p90 "
    f"nights_short_p90 nights_worst_share beyond_cost_mean p_best p_regret on_frontier:truth "
    f"frontier_certain:truth best:truth {_COMPARED}",
    ("plan_comparison", "differences"): f"plan:text more_cost_p10 more_cost_p50 more_cost_p90 "
    f"more_cost_cvar90 {_MORE}",
    ("plan_comparison", "ranges"): "plan:text low high",
    ("plan_comparison", "futures"): "plan:text replication:count cost nights_short worst_month "
    "empty_nights standby_nights",
    ("plan_comparison", "rules"): "plan:text rule:text p_acts p_acts_low p_acts_high first_p10:day "
    "first_p50:day first_p90:day weeks_mean weeks_mean_low weeks_mean_high",
    ("plan_comparison", "sweep"): "lambda plan:text loss_mean regret_mean best:truth",
    ("plan_search", "plans"): f"kind:text beyond accepted:truth {_OF_PLANS} *",
    ("plan_search", "tried"): "number:count within:truth *",
    ("plan_search", "levers"): "lever:text unit:text low high values:count present best",
    ("plan_search", "limits"): "limit:text column:text most",
    ("ind_coa", "ind_coa"): f"cut:text p_net_positive {_IND_COA}",
    ("sensitivity", "indices"): "input:text first first_low first_high total total_low total_high "
    "first_noise told:truth",
    ("sensitivity", "inputs"): "input:text key:text",
    ("sensitivity", "tornado"): "input:text low high swing",
    ("sensitivity", "whole"): "mean sd floor runs:count",
    ("sweep", "sweep"): "run:count hash:text",
    ("discovery", "runs"): "run:count holds:truth",
    ("discovery", "boxes"): "box:count lever:text chance runs interest coverage density",
    ("answers", "answers"): "number:count answer:text",
    ("answers", "figures"): "question:count",
}
"""Columns that a table must have, by kind of folder and name; those without a type are numbers,
and so are all others where a star stands.
A kind without an entry may have any columns."""
GRIDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("run", "budget"): ("year", "vintage", "cost_level", "timing", "price_basis", "line"),
    ("run", "budget_monthly"): ("date", "vintage", "line", "cost_level", "timing", "price_basis"),
    ("run", "monthly"): ("date", "series", "breakdown"),
    ("run", "yearly"): ("year", "series", "breakdown", "measure"),
}
"""Tables with a row for each moment of each cell: the column of moments, then those of cells."""
PRODUCTS = (("run", "budget"), ("run", "budget_monthly"))
"""Grids that have a cell for each combination of labels."""
SINGLE = (("solution", "answer"), ("sensitivity", "whole"))
"""Tables of one row."""


def read_table(
    file: Path, kind: str, asked: Mapping[str, Any], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read a table of a folder of some kind, which was ``asked`` for; of Parquet only ``columns``.

    Raises ``ScenarioError`` if it is not a table as this program writes it.
    """
    try:
        if file.suffix == ".csv":
            table = pd.read_csv(file)
        else:
            table = pd.read_parquet(file, columns=None if columns is None else list(columns))
    except (ValueError, OSError, ArithmeticError) as error:
        _refuse(
            file,
            Message(
                "can't be read as a table: {reason}", reason=str(error).partition(chr(10))[0][:200]
            ),
        )
    known = (kind, file.stem)
    expected = _expected(known, asked)
    if expected.pop("*", None):
        expected = dict.fromkeys(table.columns, "number") | expected
    for name, word in expected.items():
        if name not in table.columns and columns is None:
            _refuse(file, Message("lacks the column '{name}'", name=name))
        if name in table.columns and len(table) and not CHECKS[word](table[name]):
            _refuse(
                file,
                Message(
                    "the column '{name}' holds something other than {kind}",
                    name=name,
                    kind=as_message(WORDS[word]),
                ),
            )
    for name in table.columns:
        if not _is_plain(table[name]):
            what = "is neither text, nor a finite number of at most 24 digits"
            _refuse(
                file,
                Message(
                    "the column '{name}' holds something that {what}",
                    name=str(name)[:80],
                    what=as_message(what),
                ),
            )
    if known in SINGLE and len(table) != 1:
        _refuse(file, Message("has {count} rows, not one", count=len(table)))
    if known in GRIDS and not _is_grid(table, *GRIDS[known]):
        _refuse(file, "lacks rows, or has some twice")
    if known in PRODUCTS and len(table) != math.prod(
        table[each].nunique() for each in GRIDS[known]
    ):
        _refuse(file, "lacks rows")
    return table


def _expected(known: tuple[str, str], asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the types of the columns that a table must have, by name."""
    words = (entry.partition(":") for entry in COLUMNS.get(known, "").split())
    expected = {name: word or "number" for name, _, word in words}
    if known in (("frontier", "frontier"), ("frontier", "grid")):
        expected |= dict.fromkeys(asked["levers"], "number")
    if known in (("plan_search", "plans"), ("plan_search", "tried")):
        names = (text.partition("=")[0].strip() for text in asked["levers"])
        expected |= dict.fromkeys(names, "number")
    if known == ("discovery", "runs"):
        expected |= dict.fromkeys(asked["units"], "number")
    if known == ("sweep", "sweep"):
        expected |= dict.fromkeys((*asked["keys"], *asked["cells"]), "number")
        expected |= dict.fromkeys(asked["patches"], "text")
    return expected


def _is_number(column: pd.Series) -> bool:
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)
    return bool(numeric and not pd.api.types.is_bool_dtype(column))


def _is_count(column: pd.Series) -> bool:
    whole = pd.api.types.is_integer_dtype(column)
    return bool(whole and column.between(0, LARGEST).all())


def _is_year(column: pd.Series) -> bool:
    return bool(_is_count(column) and column.between(YEARS[0], YEARS[-1]).all())


def _is_text(column: pd.Series) -> bool:
    """Return whether a column holds text; a cell may be empty, as the keys of what is left."""
    return bool(column.dropna().map(lambda value: isinstance(value, str)).all())


def _is_date(column: pd.Series) -> bool:
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = pd.to_datetime(column, errors="coerce", format="%Y-%m-%d")
    return bool(column.notna().all() and column.dt.year.between(YEARS[0], YEARS[-1]).all())


def _is_day(column: pd.Series) -> bool:
    """Return whether a column holds dates; a cell may be empty, as what never happens has none."""
    known = column.dropna()
    return bool(known.empty or _is_date(known))


CHECKS: dict[str, Callable[[pd.Series], bool]] = {
    "number": _is_number,
    "count": _is_count,
    "year": _is_year,
    "text": _is_text,
    "date": _is_date,
    "day": _is_day,
    "truth": lambda column: bool(pd.api.types.is_bool_dtype(column)),
}
WORDS = {
    "number": "numbers",
    "count": "whole numbers",
    "year": "years",
    "text": "text",
    "date": "dates",
    "day": "dates",
    "truth": "True and False",
}


def _is_plain(column: pd.Series) -> bool:
    """Return whether a column holds texts, dates, truth values, or numbers within bounds."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return True
    if _is_number(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        return bool((np.isnan(values) | (np.abs(values) <= LARGEST)).all())
    return all(
        isinstance(value, bool | date)
        or (isinstance(value, str) and len(value) <= LONGEST_TEXT and not UNSHOWN.search(value))
        for value in column.dropna().unique()
    )


def _is_grid(table: pd.DataFrame, moment: str, *labels: str) -> bool:
    """Return whether a table has each cell once, one below the other, with the same moments."""
    if table.empty:
        return True
    texts = table[list(labels)].astype(str)
    cells = texts.iloc[:, 0].str.cat(texts.iloc[:, 1:], sep="\0").to_numpy()
    moments = table[moment].to_numpy()
    count = int((cells == cells[0]).sum())
    if len(table) % count:
        return False
    blocks = cells.reshape(-1, count)
    same = (blocks == blocks[:, :1]).all() and (moments.reshape(-1, count) == moments[:count]).all()
    return bool(same and len(set(blocks[:, 0])) == len(blocks))


def _refuse(file: Path, what: str) -> NoReturn:
    advice = "recreate the folder"
    raise ScenarioError([Problem(str(file), what, advice)])
