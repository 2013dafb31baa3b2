"""Make records of what commands find: differences, second runs, answers, fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..report.i18n import Language
from ..report.observed_figures import as_record, compare
from ..report.scenario_listing import value_text
from ..runs.verify import Verification
from ..scenario.listing import Difference
from .command_records import (
    AnswerRecord,
    EnvironmentDifference,
    FigureRecord,
    FiguresCompared,
    FileEquality,
    FileFinding,
    KeyDifference,
    NowcastResult,
    PrecisionReached,
    QuestionRecord,
    Reproduced,
    RunResult,
    RunsCompared,
    Verified,
)
from .figure_records import Calibrated, FittedNumber, YearEnd
from .numbers import plain
from .read_records import run_record, table_record

if TYPE_CHECKING:
    from ..hindcast import Fit
    from ..hindcast.conditioning import Nowcast
    from ..questions.questions import Question
    from ..questions.text import Page
    from ..reproduce.compare import EnvironmentChange, RunComparison
    from ..reproduce.rerun import Reproduction
    from ..runs.given_figures import GivenFigures
    from ..runs.run import Run


def run_result(finished: Run, figures: GivenFigures | None, lang: Language) -> RunResult:
    """Return a run that was just made, with the precision and the figures that were asked for."""
    reached = finished.precision
    compared = None if figures is None else as_record(compare(finished, figures.known))
    return RunResult(
        **dict(run_record(finished.folder, lang)),
        precision=None if reached is None else PrecisionReached(**reached.record()),
        observed=None if compared is None else FiguresCompared(**compared),
    )


def nowcast_result(folder: Path, found: Nowcast, lang: Language) -> NowcastResult:
    """Return a run that was conditioned on figures, with its tables of numbers and figures."""
    posterior = table_record("run", "posterior", found.parameters)
    figures = table_record("run", "figures", found.figures)
    return NowcastResult(**dict(run_record(folder, lang)), posterior=posterior, figures=figures)


def question_record(question: Question, lang: Language) -> QuestionRecord:
    """Return a question in a language."""
    return QuestionRecord(
        number=question.number,
        party=question.party,
        kind=question.kind,
        deferred=question.deferred,
        question=getattr(question.question, lang),
    )


def answer_record(page: Page) -> AnswerRecord:
    """Return the answer to a question."""
    names = ("name", "value", "simulation_error", "origin")
    return AnswerRecord(
        **dict(question_record(page.question, page.lang)),
        minister=page.minister,
        short=page.short,
        answer=page.answer,
        plan=page.plan,
        notes=list(page.notes),
        figures=[FigureRecord(**dict(zip(names, row, strict=True))) for row in page.rows],
        drivers=list(page.drivers),
        assumptions=list(page.rests),
        commands=list(page.again),
    )


def verified_record(folder: Path, found: Verification) -> Verified:
    """Return what a folder was found to be."""
    return Verified(
        folder=str(folder),
        intact=found.intact,
        files=found.files,
        findings=[
            FileFinding(file=one.file, state=one.what, fault=one.fault, reason=one.why)
            for one in found.findings
        ],
    )


def reproduced_record(found: Reproduction) -> Reproduced:
    """Return what a second run gave."""
    return Reproduced(
        kind=found.record["kind"],
        id=found.record["id"],
        id_again=found.id,
        equal=found.equal,
        files=[
            FileEquality(
                file=one.name,
                state=one.state,
                cells=None if one.cells is None else one.cells.count,
            )
            for one in found.files
        ],
        environment=environment_differences(found.others),
        changed=list(found.changed),
    )


def runs_compared(found: RunComparison, lang: Language) -> RunsCompared:
    """Return what moved between two runs of one scenario."""
    return RunsCompared(
        scenario=found.scenario,
        same=found.still,
        gaps=[{"old": _row(old), "new": _row(new)} for old, new in found.gaps],
        cells={name: count for name, (count, _) in found.cells.items()},
        keys=key_differences(found.changes, lang),
        environment=environment_differences(found.others),
    )


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): plain(value) for name, value in row.items()}


def key_differences(found: Iterable[Difference], lang: Language) -> list[KeyDifference]:
    """Return keys in which two scenarios differ, with their values in words."""
    return [
        KeyDifference(
            key=one.key,
            a=value_text(one.left, lang),
            b=value_text(one.right, lang),
            a_set_by=one.left_layer,
            b_set_by=one.right_layer,
        )
        for one in found
    ]


def environment_differences(found: Sequence[EnvironmentChange]) -> list[EnvironmentDifference]:
    """Return versions, packages and inputs that differ."""
    return [EnvironmentDifference(**asdict(one)) for one in found]


def calibrated(found: Fit, file: Path | None) -> Calibrated:
    """Return a calibration: fitted numbers, and the observations that it aims at."""
    return Calibrated(
        numbers=[
            FittedNumber(
                key=one.path,
                prior=one.prior,
                prior_sd=one.sd,
                value=float(found.estimates[n]),
                sd=float(found.sds[n]),
                informed=float(found.told[n]),
            )
            for n, one in enumerate(found.numbers)
        ],
        year_ends=[
            YearEnd(
                scenario=target.scenario,
                source=target.source,
                observed=target.value,
                sd=target.sd,
                model=end,
            )
            for target, end in found.ends
        ],
        file=None if file is None else str(file),
    )
