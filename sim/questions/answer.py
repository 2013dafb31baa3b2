"""Answers to questions of the Senate, with the runs they need."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import usage_error
from ..results.experiment import Settings
from ..runs.cache import Notice
from ..studies.base import Watch
from .metrics import needed
from .questions import Question, questions
from .run_answers import KEPT, Answers, entries_of, known_for, studies_of


def question_of(number: int | str) -> Question:
    """A question by its number; raises ``ScenarioError`` if there is none."""
    every = questions()
    found = [one for one in every if str(one.number) == str(number)]
    if not found:
        what = f"there is no question '{number}'"
        usage_error("answer", what, f"a number from 1 to {len(every)}, or all")
    return found[0]


def answers(
    asked: Sequence[Question],
    settings: Settings,
    workers: int,
    watch: Watch,
    notice: Notice | None = None,
) -> Answers:
    """What the answers to some questions need; what is not kept yet is run and kept.

    ``notice`` is told of each kept file that is not as it was written, and is made anew. Raises
    ``ScenarioError`` if a result can't be kept.
    """
    total = settings.replications * len(needed(asked))
    with watch("answer", total) as tell:
        known = known_for(asked, questions(), settings, KEPT, workers, tell, notice)
    studied = {}
    for command, study in studies_of(asked).items():
        with watch(study.verb, settings.replications) as tell:
            studied[command] = entries_of(study, settings, KEPT, workers, tell, notice)
    return Answers(known, studied, settings)
