"""Names of the flows that a hindcast can be given."""

from __future__ import annotations

from ..errors import Message, usage_error

FLOWS = ("first", "repeat", "decisions", "homes", "family", "other", "exits")


def chosen_flows(words: str) -> tuple[str, ...]:
    """Return the flows named in ``first,exits``, in the order of ``FLOWS``.

    Raises ``ScenarioError`` for a name that is none.
    """
    names = [word.strip() for word in words.split(",") if word.strip()]
    for name in names or [words]:
        if name not in FLOWS:
            usage_error(
                "--given",
                Message("'{name}' is no flow", name=name),
                Message("choose from {names}", names=",".join(FLOWS)),
            )
    return tuple(name for name in FLOWS if name in names)
