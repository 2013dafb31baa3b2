"""Factors: the differences between two scenarios in groups, and the scenarios in between.

A factor is a set of keys that change together. Without any factor one has the first scenario, with
all of them the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import Message, Problem, ScenarioError, as_message
from ..model.prices import affects_costs_only
from ..report.i18n import Language, translate
from ..scenario import Loaded, Scenario, override
from ..scenario.listing import differences

By = Literal["patch", "key", "theme"]
Cut = By | Mapping[str, Sequence[str]]
"""Grouping of changes: by patch, key or theme, or factors named with their keys."""
MOST = 10
"""Largest number of factors: each further one doubles the number of scenarios in between."""
THEMES = ("volume", "ind", "family", "housing", "places", "price", "budget")
_THEME_OF = (
    ("budget", "budget"),
    ("closing", "budget"),
    ("prices", "price"),
    ("ind_cost", "price"),
    ("ind", "ind"),
    ("courts", "ind"),
    ("departure", "ind"),
    ("family", "family"),
    ("housing", "housing"),
    ("transit", "housing"),
    ("reception.in_reception_factor", "volume"),
    ("reception", "places"),
)
"""Theme by the beginning of a key; what is not named here is volume."""


@dataclass(frozen=True)
class Factor:
    """Keys that change together, and whether they affect costs only (then no run is needed)."""

    name: str
    keys: tuple[str, ...]
    only_money: bool
    title: Mapping[str, str] = field(default_factory=dict)
    """What a patch calls itself, by language; empty for keys and themes."""


def theme_of(key: str) -> str:
    """Return the theme of a key: volume, IND, family, housing, mix of places, price, budget."""
    if key.endswith((".price", ".resident_price")) or key.startswith("guardianship.paid"):
        return "price"
    if key.endswith(".family_factor"):
        return "family"
    for beginning, theme in _THEME_OF:
        if key == beginning or key.startswith(f"{beginning}."):
            return theme
    return "volume"


def changed_keys(first: Loaded, second: Loaded) -> list[str]:
    """Return the keys in which two scenarios differ, each of which can be set by itself.

    A list changes as a whole, and so does a part that only one of them has.
    """
    ours, theirs = (_data(loaded.scenario) for loaded in (first, second))
    keys = []
    for item in differences(first, second):
        if item.key.split(".")[0] in ("sources", "until"):
            continue
        keys.append(_settable(item.key.split("."), ours, theirs))
    return list(dict.fromkeys(keys))


def _settable(steps: Sequence[str], *trees: Any) -> str:
    """The shortest beginning of a key that both trees don't have as a mapping."""
    for depth, step in enumerate(steps):
        trees = tuple(_below(tree, step) for tree in trees)
        if any(not isinstance(tree, dict) or "unit" in tree for tree in trees):
            return ".".join(steps[: depth + 1])
    return ".".join(steps)


def _below(tree: Any, step: str) -> Any:
    if not isinstance(tree, dict):
        return None
    return tree.get(step, tree.get(int(step)) if step.isdecimal() else None)


def _data(scenario: Scenario) -> dict[str, Any]:
    return scenario.model_dump(by_alias=True, exclude_none=True)


def factors(first: Loaded, second: Loaded, by: Cut | None) -> list[Factor]:
    """Group the changes into factors by patch, key, theme or name; raises ``ScenarioError``.

    Without a choice: by patch where the second scenario has several that the first has not, else
    by key where there are no more than ten, else by theme. By theme, themes that nothing changes
    in are factors too: their effect is zero.
    """
    if first.scenario.start != second.scenario.start:
        what = Message(
            "begins on {start}, {name} on {other_start}",
            start=second.scenario.start,
            name=first.name,
            other_start=first.scenario.start,
        )
        raise ScenarioError([Problem(second.name, what, "take scenarios of the same start")])
    keys = changed_keys(first, second)
    by_patch = _grouped(keys, lambda key: _layer(first, second, key))
    chosen: Cut = by or ("patch" if len(by_patch) > 1 else "key" if len(keys) <= MOST else "theme")
    groups = by_patch
    if isinstance(chosen, Mapping):
        groups = {name: list(its) for name, its in chosen.items()}
    elif chosen == "key":
        groups = {key: [key] for key in keys}
    elif chosen == "theme":
        groups = {theme: [] for theme in THEMES} | _grouped(keys, theme_of)
    if len(groups) > MOST:
        what = Message(
            "{count} factors by {chosen}: at most {most} can be separated",
            count=len(groups),
            chosen=as_message(str(chosen)),
            most=MOST,
        )
        raise ScenarioError([Problem("--by", what, "take --by theme")])
    both = (first.scenario, second.scenario)
    titles = {layer.name: layer.source.data.get("title")
              for loaded in (first, second) for layer in loaded.tree.layers}  # fmt: skip
    result = []
    for name, its in groups.items():
        only_money = all(affects_costs_only(scenario, key) for key in its for scenario in both)
        title = titles.get(name) if chosen == "patch" else None
        result.append(
            Factor(name, tuple(its), only_money, title if isinstance(title, dict) else {})
        )
    return result


def _grouped(keys: Iterable[str], name: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key in keys:
        groups.setdefault(name(key), []).append(key)
    return groups


def _layer(first: Loaded, second: Loaded, key: str) -> str:
    """The patch that a change comes from: of the second scenario, or one only the first has."""
    known = {layer.source.name for layer in first.tree.layers}
    origin = second.tree.latest(tuple(key.split(".")))
    if origin is not None and second.tree.layers[origin.number].source.name not in known:
        return second.tree.layers[origin.number].name
    origin = first.tree.latest(tuple(key.split(".")))
    return first.tree.layers[origin.number].name if origin else first.name


def interpolate_scenario(first: Scenario, second: Scenario, taken: Sequence[Factor]) -> Scenario:
    """Return the first scenario with the keys of some factors taken from the second.

    Raises ``ScenarioError`` if these can't be changed without others.
    """
    theirs = _data(second)
    changes = {key: _at(theirs, key.split(".")) for factor in taken for key in factor.keys}
    if not changes:
        return first
    if first.posterior is not None and second.posterior is not None:
        # A number whose draws the second gives up takes them with it.
        given_up = first.posterior.without(set(changes) & set(second.posterior.released))
        first = first.model_copy(update={"posterior": given_up})
    try:
        return override(first, changes, "as in the other scenario")
    except ScenarioError as error:
        names = " + ".join(factor.name for factor in taken)
        what = Message(
            "with only these changed it is no scenario: {fault}",
            fault=as_message(error.problems[0].what),
        )
        advice = "use broader factors: --by theme or --by patch"
        raise ScenarioError([Problem(names, what, advice)]) from None


def _at(tree: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        tree = _below(tree, step)
    return tree


def factor_name(name: str, lang: Language) -> str:
    """Return a factor in words: a theme in words, a patch or a key by its name."""
    return translate(f"theme_{name}", lang) if name in THEMES else name
