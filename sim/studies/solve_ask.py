"""The value at which a target is just met; of two numbers, the frontier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ..errors import usage_error
from ..report.i18n import Language
from ..results.experiment import Progress, Settings
from ..runs.study_folder import StudyContent
from ..scenario import Loaded
from . import solve_text as report
from .base import StudyResult, Watch
from .defaults import CERTAINTY, FRONTIER_POINTS
from .levers import Lever, lever, quantity_of
from .solve import Bounds, bounds_of, frontier
from .solve import solve as solved
from .target import Target, target_of


@dataclass(frozen=True)
class _Ask:
    """What was asked, checked."""

    one: Loaded
    levers: list[Lever]
    target: Target
    settings: Settings
    given: Sequence[Bounds]
    points: int
    workers: int

    def finding(self, kind: str, tables: dict[str, pd.DataFrame], told: Any) -> StudyResult:
        """Its finding, with the tables that answer it."""
        asked: dict[str, Any] = {
            "levers": [str(each) for each in self.levers],
            "target": self.target.text,
            "certainty": self.target.certainty,
            "ranges": list(self.given),
        }
        if len(self.levers) > 1:
            asked["points"] = self.points
        name, scenarios = self.one.name, {self.one.name: self.one.scenario}
        study = StudyContent(kind, name, asked, scenarios, self.settings, tables)
        folder = f"solve-{name}-{'-'.join(x.key for x in self.levers)}"[:120]
        return StudyResult(replace(study, inputs=self.one.inputs, folder=folder), told)


def levers_of(texts: Sequence[str]) -> list[Lever]:
    """One or two different levers as they were written; raises ``ScenarioError``."""
    if len(texts) not in (1, 2):
        usage_error("--vary", f"{len(texts)} levers", "give one or two")
    found = [lever(text, "--vary") for text in texts]
    if len({each.key for each in found}) < len(found):
        usage_error("--vary", f"{found[0].key} stands twice", "give two different keys")
    return found


def solve(
    one: Loaded,
    vary: Sequence[str],
    target: str,
    settings: Settings,
    workers: int,
    watch: Watch,
    certainty: float = CERTAINTY,
    ranges: Sequence[Bounds] = (),
    points: int = FRONTIER_POINTS,
) -> StudyResult:
    """The value of a number at which a target is just met; of two, the frontier.

    Raises ``ScenarioError`` for levers, a target or ranges that can't be.
    """
    if not 0 < certainty < 1:
        usage_error("--certainty", f"{certainty} is no share between 0 and 1", "as in 0.8")
    wanted = target_of(target, certainty)
    found = levers_of(vary)
    for each in found:
        quantity_of(one.scenario, each, "--vary")
        if each.since is not None and each.since.year > wanted.address.year:
            what = f"{each} is set after {wanted.address.year}, the year of the target"
            usage_error("--vary", what, "take an earlier date")
    if ranges and len(ranges) != len(found):
        usage_error("--range", f"{len(ranges)} for {len(found)} levers", "give one for each lever")
    ask = _Ask(one, found, wanted, settings, ranges, points, workers)
    with watch("solve", settings.replications) as tell:
        return (_one if len(found) == 1 else _two)(ask, tell)


def _one(ask: _Ask, tell: Progress | None) -> StudyResult:
    given = ask.given[0] if ask.given else None
    scenario, settings = ask.one.scenario, ask.settings
    answer = solved(scenario, ask.levers[0], ask.target, settings, given, ask.workers, tell)
    tables = {"answer": report.answer_frame(answer), "points": report.points_frame(answer)}

    def told(lang: Language) -> list[Any]:
        return [report.points_table(answer, lang), *report.sentences(answer, settings, lang)]

    return ask.finding("solution", tables, told)


def _two(ask: _Ask, tell: Progress | None) -> StudyResult:
    first, second = ask.levers
    scenario, settings = ask.one.scenario, ask.settings
    given = (ask.given[0], ask.given[1]) if ask.given else (None, None)
    bounds = (bounds_of(scenario, first, given[0]), bounds_of(scenario, second, given[1]))
    line = frontier(scenario, (first, second), ask.target, settings, bounds, ask.points,
                    ask.workers, tell)  # fmt: skip
    tables = {"frontier": report.break_even_frame(line), "grid": report.frontier_frame(line)}

    def told(lang: Language) -> list[Any]:
        sentences = report.frontier_sentences(line, settings, lang)
        return [report.frontier_table(line, lang), *sentences]

    return ask.finding("frontier", tables, told)
