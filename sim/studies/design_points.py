"""Expand a design into its runs: values of the levers, and the scenario of each run on demand.

Only values are stored for all runs (one number per lever); a scenario is made for one run at a
time, so ten thousand runs need no more memory than one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from ..errors import Problem, ScenarioError
from ..model.sampling import Floats
from ..results.conditions import evaluate, names
from ..results.experiment import Settings
from ..scenario import Loaded, Scenario, find, load_chain, named_in_a_file, shipped, yaml_writer
from .asked import Lever
from .design import NONE, Design, Span, canonical
from .levers import quantity_of, setting, with_levers

Choice = tuple[str, ...]
"""One combination of patches: a choice for each of the sets, in their order."""


@dataclass(frozen=True)
class DesignRun:
    """One run of a sweep: its number (from 1), the values of its keys, and its patches by name."""

    number: int
    values: Mapping[Lever, float]
    row: Mapping[str, float | str]
    """Its levers by name: a number for a key, a choice for patches."""
    choice: Choice


@dataclass(frozen=True)
class SweepPlan:
    """All runs of a design. ``values`` are those of its points: (point, key).

    ``kept`` are the positions of the runs that no rule excludes: a point with a combination.
    """

    design: Design
    bases: Mapping[Choice, Loaded]
    settings: Settings
    values: Floats
    kept: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def excluded(self) -> int:
        """Number of runs excluded by rules."""
        return self.design.points * self.design.combinations - len(self.kept)

    def __getitem__(self, index: int) -> DesignRun:
        position = int(self.kept[index])
        point, combination = divmod(position, self.design.combinations)
        choice = list(self.bases)[combination]
        values = {
            span.lever: float(value)
            for span, value in zip(self.design.spans, self.values[point], strict=True)
        }
        set_to: tuple[float | str, ...] = (*values.values(), *choice)
        row = dict(zip(self.design.levers, set_to, strict=True))
        return DesignRun(position + 1, values, row, choice)

    def __iter__(self) -> Iterator[DesignRun]:
        return (self[index] for index in range(len(self)))

    def scenario(self, run: DesignRun) -> Scenario:
        """Return the scenario of a run; raises ``ScenarioError`` if its values are not valid."""
        return with_levers(self.bases[run.choice].scenario, run.values)


Reading = Callable[[Sequence[str]], Loaded]
"""Loads a scenario from the names of a chain."""


def expand_design(design: Design, folder: Path, read: Reading = load_chain) -> SweepPlan:
    """Expand a design whose file is in ``folder``, possibly with patches beside it.

    ``read`` makes a scenario of the names in a design, by default from their files.

    Runs end with the last year that is recorded, unless the design says when. Raises
    ``ScenarioError`` if a scenario or patch can't be read, or a key is not a number of it.
    """
    bases = {choice: read(_chain(design, choice, folder)) for choice in _choices(design)}
    for loaded in bases.values():
        for span in design.spans:
            quantity_of(loaded.scenario, span.lever, f"keys.{span.name}")
            if loaded.scenario.posterior is not None:
                loaded.scenario.posterior.refuse_keys([span.lever.key])
    ends = [loaded.scenario.until for loaded in bases.values()]
    last = date(max(cell.year for cell in design.record), 12, 31)
    until = design.settings.until or min(last, *ends)
    values = _values(design)
    kept = np.flatnonzero(~_excluded(design, list(bases), values))
    if not len(kept):
        what = "the rules leave out every run"
        raise ScenarioError([Problem("exclude", what, "take a rule out, or widen the keys")])
    return SweepPlan(design, bases, replace(design.settings, until=until), values, kept)


def _choices(design: Design) -> list[Choice]:
    zipped = list(zip(*(patches.choices for patches in design.zipped), strict=True)) or [()]
    crossed = product(*(patches.choices for patches in design.crossed))
    return [(*choice, *row) for choice in crossed for row in zipped]


def _chain(design: Design, choice: Choice, folder: Path) -> list[str]:
    """Names of files in their order, for ``load_chain``."""
    parts = [design.scenario, *(patch for patch in choice if patch != NONE)]
    named = [name.strip() for part in parts for name in _apart(part, folder)]
    return [_file(name, folder) for name in dict.fromkeys(named)]


def _apart(part: str, folder: Path) -> list[str]:
    try:
        whole = (folder / part).is_file()
    except (OSError, ValueError):
        whole = False
    return [part] if whole else part.split("+")


def _file(name: str, folder: Path) -> str:
    """Look for a file beside the design, then for a shipped name, then for any path."""
    for beside in (folder / name, folder / f"{name}.yaml"):
        try:
            if beside.is_file():
                return str(named_in_a_file(beside, "scenario, patches"))
        except (OSError, ValueError):
            break
    known = name.removesuffix(".yaml")
    return known if known in shipped() else str(named_in_a_file(find(name), "scenario, patches"))


def _values(design: Design) -> Floats:
    """Values of the keys: (point, key)."""
    spans = design.spans
    if not spans:
        return np.zeros((design.points, 0))
    if design.kind == "grid":
        return np.array(list(product(*(span.values for span in spans))))
    generator = np.random.default_rng(design.settings.seed)
    if design.kind == "latin":
        units = qmc.LatinHypercube(len(spans), rng=generator).random(design.points)
    else:
        units = qmc.Sobol(len(spans), rng=generator).random_base2(round(math.log2(design.points)))
    columns = [_spread(span, units[:, number]) for number, span in enumerate(spans)]
    return np.stack(columns, axis=1)


def _spread(span: Span, units: Floats) -> Floats:
    """Turn uniforms into values of a key: evenly over its range, or over its list."""
    if span.values:
        return np.array(span.values)[(units * len(span.values)).astype(np.int64)]
    even: Floats = span.low + (span.high - span.low) * units
    return even


def _excluded(design: Design, choices: list[Choice], values: Floats) -> NDArray[np.bool_]:
    """Which runs a rule leaves out: (run,)."""
    out = np.zeros(len(values) * len(choices), dtype=np.bool_)
    columns: dict[str, Any] = {
        canonical(span.name): np.repeat(values[:, number], len(choices))
        for number, span in enumerate(design.spans)
    }
    for number, patches in enumerate((*design.crossed, *design.zipped)):
        columns[patches.name] = np.tile([choice[number] for choice in choices], len(values))
        columns |= {word: word for word in patches.choices}
    for rule in design.exclude:
        operands = {name: columns[canonical(name)] for name in names(rule)}
        out |= np.asarray(evaluate(rule, operands), dtype=np.bool_)
    return out


def patch_of(plan: SweepPlan, run: DesignRun, because: str) -> str:
    """Write a run as a scenario file: a patch on the files that it extends.

    Its levers state that they are certain: a file that doesn't keeps the uncertainty there was.
    """
    loaded = plan.bases[run.choice]
    known = {str(file.resolve()): name for name, file in shipped().items()}
    files = [str(file.resolve()) for file in reversed(loaded.files)]
    scenario = loaded.scenario
    data: dict[str, Any] = {
        "extends": [known.get(file, file) for file in files],
        "title": {lang: f"{getattr(scenario.title, lang)} [{run.number}]" for lang in ("en", "nl")},
        "description": dict.fromkeys(("en", "nl"), because),
    }
    for item, value in run.values.items():
        written = setting(scenario, item, value)
        stated = written if isinstance(written, dict) and "value" in written else {"value": written}
        data[item.key] = stated | {"certain": True}
    return yaml_writer.patch_text(data)
