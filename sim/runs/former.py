"""Commands of version 0.1, and options of other commands, and what to type instead."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ..errors import Message

VERBS: dict[str, tuple[str, ...]] = {
    "stock": ("optimal-places",),
    "ind-coa": ("ind-cut",),
    "score": ("hindcast",),
    "chart": ("plot",),
    "explorer": ("dashboard",),
    "reproduce": ("runs", "reproduce"),
    "verify-record": ("runs", "verify"),
    "moved": ("runs", "compare"),
    "whence": ("runs", "provenance"),
    "verify": ("model", "check"),
    "trace": ("model", "trace"),
    "calibrate": ("model", "calibrate"),
} | {
    verb: ("scenario", verb)
    for verb in ("list", "overview", "check", "new", "show", "diff", "sources", "schema", "import")
}
RUNS = ("list", "reproduce", "verify", "compare", "provenance")
WITH_UNCERTAINTY = ("run", "compare", "explain", "optimal-places", "ind-cut", "solve")


def replacement(words: Sequence[str]) -> list[str]:
    """Return a command as it is written now; the same words if nothing in it is old."""
    verb, *rest = words or [""]
    now = list(VERBS.get(verb, (verb,)))
    if verb == "runs" and _lists_a_folder(rest):
        now = ["runs", "list"]
    if now[0] == "enough":
        rest = [word.replace("--certainty", "--chance") for word in rest]
    if now[0] in WITH_UNCERTAINTY:
        rest = _options(rest, "--lever" if now[0] == "solve" else "--uncertainty")
    return [*now, *rest] if words else []


def _lists_a_folder(rest: Sequence[str]) -> bool:
    """Return whether ``runs`` is given one folder instead of a command."""
    one = len(rest) == 1 or (len(rest) > 1 and rest[1].startswith("-"))
    return one and rest[0] not in (*RUNS, "--help")


def _options(words: Sequence[str], vary: str) -> list[str]:
    """Return the words after a verb with the names that options have now."""
    found: list[str] = []
    for word in words:
        name, mark, value = word.partition("=")
        name = {"--vary": vary, "--chance": "--uncertainty"}.get(name, name)
        if found and found[-1] == "--uncertainty":
            name = _sources(name)
        elif name == "--uncertainty":
            value = _sources(value)
        found.append(f"{name}{mark}{value}")
    return found


def _sources(text: str) -> str:
    return ",".join("process" if word.strip() == "luck" else word for word in text.split(","))


def present(command: str) -> str:
    """Return a command line of any version as it is typed now; what is none stays as it is."""
    try:
        program, *words = shlex.split(command)
    except ValueError:  # Quotes that are not closed, or no word at all.
        return command
    now = replacement(words)
    return command if now == words else shlex.join([program, *now])


def complaint(words: Sequence[str]) -> str:
    """Return what to type instead of a command; nothing if it is a present one."""
    now = replacement(words)
    if now == list(words):
        return ""
    before, after = (shlex.join(["opvangsim", *line]) for line in (words, now))
    return Message("'{before}' is now: {after}", before=before, after=after)
