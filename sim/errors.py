"""The two things that can go wrong: the user's file, and our own code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in a user's file: where it stands, what is wrong, what to do."""

    where: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"\n    {self.advice}" if self.advice else "")


class ScenarioError(Exception):
    """The user's file or request is wrong; carries every problem found at once (exit code 2)."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class ModelError(Exception):
    """Our own code broke one of its laws (exit code 1)."""
