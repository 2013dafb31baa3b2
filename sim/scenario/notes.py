"""Notes on a valid scenario: what merging did beyond what the files say, so that nobody is misled.

Which patch wins a key that several set, which numbers of an older file keep an uncertainty that its
version removed, and which could not keep it.
"""

from __future__ import annotations

from ..errors import Message, Problem
from .inherit import Outcome
from .layers import COMMAND_LINE
from .loading import Loaded
from .merge import Inherited
from .quantity import Quantity, quantities
from .version import KEY, SCHEMA, version_of

SAID: dict[Outcome, tuple[str, str]] = {
    "zero": (
        "zero has no relative width, so this number is certain now",
        "write certain: true to state that, or a spread",
    ),
    "from_zero": (
        "its uncertainty was one around zero, which has no relative width; it is certain now",
        "write certain: true to state that, or a spread",
    ),
    "sign": (
        "its sign changed, so the uncertainty it had does not fit; it is certain now",
        "write certain: true to state that, or a spread",
    ),
    "bound": (
        "it lies at the end of what its unit allows, so it is certain now",
        "write certain: true to state that, or a spread",
    ),
    "cut": (
        "the uncertainty it keeps is cut off at the end of what its unit allows",
        "write a spread of its own if that is not meant",
    ),
}
"""What is said of a number whose uncertainty was not simply kept, and what to do."""
FIRST, LEVEL, FACTOR = "inflow.first", "inflow.path.level", "inflow.first_factor"


def notes_of(loaded: Loaded) -> list[Problem]:
    """Return the notes on a loaded scenario, each with its place and advice."""
    return [
        *_of_versions(loaded),
        *_of_numbers(loaded),
        *_of_overrides(loaded),
        *_of_inflow(loaded),
    ]


def contested(loaded: Loaded) -> list[str]:
    """Return which keys several patches set, and which of them wins."""
    return [
        Message(
            "{key} is set by {earlier} and by {later}; {later} wins",
            key=key,
            earlier=earlier,
            later=later,
        )
        for key, (earlier, later) in loaded.tree.conflicts.items()
    ]


def _there(loaded: Loaded) -> dict[str, Inherited]:
    known = {key for key, _ in quantities(loaded.scenario)}
    return {key: one for key, one in loaded.tree.inherited.items() if key in known}


def _of_versions(loaded: Loaded) -> list[Problem]:
    """Name the numbers of files in the form of version 0.1 that are uncertain now."""
    found = []
    for layer in loaded.tree.layers:
        if layer.source.name == COMMAND_LINE or version_of(layer.source) >= SCHEMA:
            continue
        keys = [
            key
            for key, one in _there(loaded).items()
            if one.layer is layer and one.outcome in ("kept", "cut")
        ]
        if keys:
            what = Message(
                "a file in the form of version 0.1, where a number without a spread was certain. "
                "It keeps the uncertainty it had before now: {names}",
                names=", ".join(keys),
            )
            advice = Message(
                "write certain: true where that is not meant, and {key}: {schema} at the top",
                key=KEY,
                schema=SCHEMA,
            )
            found.append(Problem(layer.source.place(0, 0), what, advice))
    return found


def _of_numbers(loaded: Loaded) -> list[Problem]:
    return [
        Problem(one.place, f"{key}: {SAID[one.outcome][0]}", SAID[one.outcome][1])
        for key, one in _there(loaded).items()
        if one.outcome in SAID
    ]


def _of_overrides(loaded: Loaded) -> list[Problem]:
    """Say of each number set on the command line how uncertain it still is.

    Of a file that is stated at its top, by the form it is in.
    """
    numbers = dict(quantities(loaded.scenario))
    return [
        Problem(one.place, _kept(key, numbers[key]), _to_be_certain(loaded, key, numbers[key]))
        for key, one in _there(loaded).items()
        if one.layer.source.name == COMMAND_LINE and one.outcome == "kept"
    ]


def _kept(key: str, number: Quantity) -> Message:
    """Return how uncertain a number is: its 80% interval, or that of a factor on its path."""
    assert number.spread is not None
    low, high = (float(number.spread.quantile(u, number.central_draw())) for u in (0.1, 0.9))
    sentence = "{key} keeps its uncertainty: 80% from {low:,.10g} to {high:,.10g}"
    if isinstance(number.value, tuple):
        sentence = "{key} keeps its uncertainty: 80% from {low:.2f} to {high:.2f} times the path"
    elif number.spread.kind == "factor":
        low, high = low * number.single, high * number.single
    # Four digits: large amounts are not written as powers of ten.
    return Message(sentence, key=key, low=float(f"{low:.4g}"), high=float(f"{high:.4g}"))


def _to_be_certain(loaded: Loaded, key: str, number: Quantity) -> Message:
    """Return how to write the override for a certain number."""
    resolved = loaded.tree.relatives.get(key)
    shown = resolved.text if resolved else "..."
    if resolved is None and not isinstance(number.value, tuple):
        shown = f"{number.single:.15g}"
    return Message(
        "for a certain number write {key}={{value: {value}, certain: true}}", key=key, value=shown
    )


def _of_inflow(loaded: Loaded) -> list[Problem]:
    """Say of a relative change of the first inflow that it is of the start of the path alone."""
    inflow, changed = loaded.scenario.inflow, loaded.tree.relatives.get(FIRST)
    is_start = inflow.path.process == "mean_reverting" and not isinstance(inflow.first.value, tuple)
    if changed is None or not is_start:
        return []
    what = Message(
        "{key} changes the start of the path, which goes back to {level}", key=FIRST, level=LEVEL
    )
    advice = Message("for a change in all years set {key}", key=FACTOR)
    return [Problem(loaded.tree.place(("inflow", "first")), what, advice)]
