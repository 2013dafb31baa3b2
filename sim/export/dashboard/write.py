"""Finished runs side by side as one page."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import usage_error
from ...report.i18n import Language
from ...runs.load import RunFolder, combined_provenance
from .page import MOST_RUNS, page


def explore(runs: Sequence[RunFolder], names: Sequence[str], command: str, lang: Language) -> bytes:
    """The page of some runs; ``names`` are what each was called by who asks.

    Raises ``ScenarioError`` if they are too many, if one is there twice, or if the page would be
    too large.
    """
    if len(runs) > MOST_RUNS:
        what = f"{len(runs)} runs are too many to tell apart"
        usage_error("explorer", what, f"name at most {MOST_RUNS}")
    ids = [run.record["id"] for run in runs]
    for name, one in zip(names, ids, strict=True):
        if ids.count(one) > 1:
            usage_error(name, f"the run {one} is named twice", "name each run once")
    return page(runs, combined_provenance(runs, command), lang)
