"""``opvangsim solve``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import (
    ALL_KINDS,
    Lang,
    LangChoice,
    Out,
    Quiet,
    Replications,
    Seed,
    Sets,
    Step,
    StepChoice,
    Workers,
    finish,
    language,
    loaded,
    progress,
    refuse,
    settings_of,
)

if TYPE_CHECKING:
    import pandas as pd

    from ..decide.levers import Lever
    from ..decide.solve import Bounds
    from ..decide.target import Target
    from ..report.labels import Language
    from ..run.study import Study
    from ..scenario import Scenario
    from ..trial import Progress, Settings


def solve(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")],
    levers: Annotated[
        list[str],
        typer.Option("--vary", metavar="KEY[@DATE]", help="What is varied; two: the frontier."),
    ],
    target: Annotated[str, typer.Option(help="What is to hold, as in 'gap.total.2027 <= 0'.")],
    certainty: Annotated[
        float, typer.Option(help="Share of futures in which it is to hold.")
    ] = 0.8,
    ranges: Annotated[
        list[str] | None,
        typer.Option("--range", metavar="LOW:HIGH", help="Values to try, one for each lever."),
    ] = None,
    points: Annotated[int, typer.Option(min=2, max=25, help="Values of each of two levers.")] = 7,
    set_: Sets = None,
    replications: Replications = 500,
    seed: Seed = 1,
    step: Step = StepChoice.week,
    chance: Annotated[str, typer.Option(help="Kinds of chance, with commas.")] = ALL_KINDS,
    workers: Workers = 0,
    out: Out = None,
    lang: Lang = LangChoice.en,
    quiet: Quiet = False,
) -> None:
    """Find the value of a number at which a target is just met; of two, the frontier.

    By the week unless told otherwise: an answer is a search through many runs.
    """
    from ..decide.levers import lever, quantity_of
    from ..decide.target import target_of

    if not 0 < certainty < 1:
        refuse("--certainty", f"{certainty} is no share between 0 and 1", "as in 0.8")
    if len(levers) not in (1, 2):
        refuse("--vary", f"{len(levers)} levers", "give one or two")
    one = loaded(scenario, set_)
    wanted = target_of(target, certainty)
    found = [lever(text, "--vary") for text in levers]
    if len({each.key for each in found}) < len(found):
        refuse("--vary", f"{found[0].key} stands twice", "give two different keys")
    for each in found:
        quantity_of(one.scenario, each, "--vary")
        if each.since is not None and each.since.year > wanted.address.year:
            what = f"{each} is set after {wanted.address.year}, the year of the target"
            refuse("--vary", what, "take an earlier date")
    given = [_bounds(text) for text in ranges or []]
    if given and len(given) != len(found):
        refuse("--range", f"{len(given)} for {len(found)} levers", "give one for each lever")
    settings = settings_of(replications, seed, step, None, chance)
    ask = _Ask(one.scenario, one.name, found, wanted, settings, given, points, workers)
    tongue = language(lang)
    with progress("solve", replications, quiet) as tell:
        study, shown = (_one if len(found) == 1 else _two)(ask, tell, tongue)
    folder = out or Path("outputs") / f"solve-{one.name}-{'-'.join(x.key for x in found)}"[:120]
    finish(study, folder, one.files, shown, lang, quiet)


@dataclass(frozen=True)
class _Ask:
    """What was asked."""

    scenario: Scenario
    name: str
    levers: list[Lever]
    target: Target
    settings: Settings
    given: list[Bounds]
    points: int
    workers: int

    def study(self, kind: str, tables: dict[str, pd.DataFrame]) -> Study:
        """Its study, with the tables that answer it."""
        from ..run.study import Study

        asked: dict[str, Any] = {
            "levers": [str(each) for each in self.levers],
            "target": self.target.text,
            "certainty": self.target.certainty,
            "ranges": self.given,
        }
        if len(self.levers) > 1:
            asked["points"] = self.points
        scenarios = {self.name: self.scenario}
        return Study(kind, self.name, asked, scenarios, self.settings, tables)


def _bounds(text: str) -> Bounds:
    low, mark, high = text.partition(":")
    try:
        pair = float(low), float(high)
    except ValueError:
        refuse("--range", f"'{text}' is no LOW:HIGH", "as in 0:40000")
    if not mark or not pair[0] < pair[1] < float("inf") or pair[0] == float("-inf"):
        refuse("--range", f"'{text}' is no LOW:HIGH", "as in 0:40000")
    return pair


def _one(ask: _Ask, tell: Progress | None, lang: Language) -> tuple[Study, list[Any]]:
    from ..decide.solve import solve as solved
    from ..report import solution as report

    given = ask.given[0] if ask.given else None
    scenario, settings = ask.scenario, ask.settings
    answer = solved(scenario, ask.levers[0], ask.target, settings, given, ask.workers, tell)
    tables = {"answer": report.answer_frame(answer), "points": report.points_frame(answer)}

    shown = [report.points_table(answer, lang), *report.sentences(answer, settings, lang)]
    return ask.study("solution", tables), shown


def _two(ask: _Ask, tell: Progress | None, lang: Language) -> tuple[Study, list[Any]]:
    from ..decide.solve import bounds_of, frontier
    from ..report import solution as report

    first, second = ask.levers
    scenario, settings = ask.scenario, ask.settings
    given = (ask.given[0], ask.given[1]) if ask.given else (None, None)
    bounds = (bounds_of(scenario, first, given[0]), bounds_of(scenario, second, given[1]))
    line = frontier(scenario, (first, second), ask.target, settings, bounds, ask.points,
                    ask.workers, tell)  # fmt: skip
    tables = {"frontier": report.break_even_frame(line), "grid": report.frontier_frame(line)}

    shown = [report.frontier_table(line, lang), *report.frontier_sentences(line, settings, lang)]
    return ask.study("frontier", tables), shown
