"""A scenario to look at, change, and put questions to."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
import yaml

from ..clock import StepLength
from ..errors import usage_error
from ..model.uncertainty import UNCERTAINTIES, Uncertainty
from ..notebook.repr import heading
from ..report.i18n import Language
from ..results.experiment import Settings
from ..scenario import Loaded, Quantity, load, load_chain, quantities
from ..scenario import Scenario as Model
from ..scenario.listing import ListingRow, by_assumption, by_source, differences, rows
from ..scenario.plausibility import warnings_of
from ..studies import STUDIES
from ..studies.arguments import parse_chain

if TYPE_CHECKING:
    from ..notebook.what_if.widget import WhatIf
    from .result import Result
    from .study import StudyReport


@dataclass(frozen=True)
class Scenario:
    """A scenario as it was loaded; nothing changes it, each method gives a new one.

    ``names`` and ``sets`` are what it was loaded from, as on the command line; ``loaded`` has
    every number (``loaded.scenario``) and who set it.
    """

    names: tuple[str, ...]
    sets: tuple[str, ...]
    loaded: Loaded

    @property
    def name(self) -> str:
        """Its name, as folders and charts bear it."""
        return self.loaded.name

    @property
    def model(self) -> Model:
        """The scenario as the engine reads it."""
        return self.loaded.scenario

    @property
    def title(self) -> str:
        """Its title in English."""
        return self.model.title.en

    def with_(self, changes: Mapping[str, object] | None = None, /, **overrides: object) -> Self:
        """The same scenario with some numbers set, as ``--set`` does: such a number is certain.

        Keys are written with two underscores for a point, or as they are in a mapping; a value is
        what a file would hold. Of two changes of one key the later one counts. Raises
        ``ScenarioError`` for a key or a value that can't be.

        >>> import sim
        >>> fast = sim.load("baseline").with_(housing__homes=40_000)
        >>> fast.name
        'baseline+housing.homes=40000'
        >>> sim.load("baseline").with_({"inflow.first": {2026: 20_000}}).sets
        ('inflow.first={2026: 20000}',)
        """
        wanted = dict(changes or {})
        wanted |= {key.replace("__", "."): value for key, value in overrides.items()}
        kept = [one for one in self.sets if one.partition("=")[0] not in wanted]
        sets = (*kept, *(f"{key}={_as_yaml(value)}" for key, value in wanted.items()))
        return replace(self, sets=sets, loaded=load_chain(self.names, sets))

    def patch(self, *names: str | Path) -> Self:
        """The same scenario with shipped patches or patch files on it, the last one on top.

        Numbers that were set with ``with_`` stay above them, as on the command line. Raises
        ``ScenarioError`` for a name that is none, and for every mistake in a file.

        >>> import sim
        >>> sim.load("baseline").patch("faster-housing").name
        'baseline+faster-housing'
        """
        every = (*self.names, *map(str, names))
        return replace(self, names=every, loaded=load_chain(every, self.sets))

    def run(
        self,
        replications: int = 500,
        seed: int = 1,
        *,
        step: StepLength = "day",
        until: date | None = None,
        vary: Sequence[Uncertainty] = UNCERTAINTIES,
        workers: int = 0,
        out: str | Path | None = None,
        lang: Language = "en",
    ) -> Result:
        """Run it: the same scenario, replications, seed and step give the same numbers.

        ``step`` is a day, or a week for a quicker look. Without ``out`` the folder of the run lasts
        as long as the result; ``workers`` 0 takes each core. Raises ``ScenarioError``.

        >>> import sim
        >>> result = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> list(result.gap.index)
        [2025, 2026, 2027, 2028, 2029, 2030]
        """
        from ..runs.batches import Options
        from ..runs.load import read_run_folder
        from ..runs.run import execute
        from .result import Result

        aside = None if out is not None else Path(tempfile.mkdtemp(prefix="opvangsim-"))
        folder = Path(out or "") if aside is None else aside / self.name[:120]
        options = Options(
            replications, seed, step, until, tuple(vary), workers, charts=out is not None, lang=lang
        )
        inputs = self.loaded.inputs
        execute(self.model, self.name, options, folder, None, inputs, self._words())
        result = Result(self, folder, read_run_folder(folder))
        if aside is not None:
            weakref.finalize(result, shutil.rmtree, aside, ignore_errors=True)
        return result

    def __getattr__(self, name: str) -> Callable[..., StudyReport]:
        """Return the method of a study: ``sim.studies.STUDIES`` lists them."""
        study = next(
            (one for one in STUDIES.values() if one.method == name and one.takes != "sweep"), None
        )
        if study is None:
            raise AttributeError(f"a scenario has no attribute '{name}'")
        from .study import study_method

        return study_method(self, study)

    def __dir__(self) -> list[str]:
        return sorted(
            [*super().__dir__(), *(one.method for one in STUDIES.values() if one.takes != "sweep")]
        )

    def what_if(self, lang: Language = "en", seed: int = 1) -> WhatIf:
        """Sliders and charts that move with them, in Jupyter (needs ``opvangsim[jupyter]``)."""
        from ..notebook.what_if.widget import WhatIf

        return WhatIf(self.model, self.names, self._set_values(), lang, seed)

    def show(self, key: str = "") -> pd.DataFrame:
        """Its numbers, or those at and below a key: value, unit, ground, who set it.

        Dated numbers have a row a date; ``differs`` tells whether the baseline has another value.

        >>> import sim
        >>> sim.load("baseline").show("housing.homes")[["value", "unit"]].values.tolist()
        [[30210.0, 'persons/year']]
        """
        found = rows(self.loaded, load("baseline"), key)
        if not found:
            from ..scenario.introspect import hint_for

            *parent, last = key.split(".")
            usage_error(key, "there is no such key", hint_for(last, tuple(parent)))
        return pd.DataFrame([line for row in found for line in _lines(row)])

    def check(self, *, strict: bool = False) -> pd.DataFrame:
        """What in it is not plausible; with ``strict`` also sources and ranges. A row a warning.

        >>> import sim
        >>> sim.load("baseline").check().empty
        True
        """
        from ..scenario.messages import of_findings

        found = []
        for one in warnings_of(self.model, strict=strict):
            problem = of_findings([one.finding], self.loaded.tree)[0]
            found.append((one.code, str(problem.where), problem.what, problem.advice))
        return pd.DataFrame(found, columns=["code", "where", "what", "advice"])

    def diff(self, other: Scenario | str) -> pd.DataFrame:
        """Keys in which another scenario differs from this one, and which layer set each.

        >>> import sim
        >>> sim.load("baseline").diff("faster-housing")["key"].tolist()
        ['housing.homes']
        """
        found = differences(self.loaded, scenario_of(other).loaded)
        told = [(one.key, _told(one.left), _told(one.right), one.left_layer, one.right_layer)
                for one in found]  # fmt: skip
        return pd.DataFrame(told, columns=["key", "here", "there", "set_here_by", "set_there_by"])

    def sources(self) -> pd.DataFrame:
        """Each source and each sentence of assumption, with the number of keys that rest on it."""
        held = [("source", one.name, str(one.card.get("title", "")), len(one.keys))
                for one in by_source(self.model)]  # fmt: skip
        held += [("assumption", "", one.name, len(one.keys)) for one in by_assumption(self.model)]
        return pd.DataFrame(held, columns=["kind", "source", "text", "keys"])

    def trace(self, person: int, seed: int = 1, scale: int = 20, lang: Language = "en") -> str:
        """Follow one person through the chain, in a country one ``scale``-th of the size."""
        from ..studies.trace import trace as asked

        return "\n".join(asked(self.model, person, seed, scale, lang))

    def export(self, file: str | Path, lang: Language = "en") -> Path:
        """Write it as a workbook that a colleague can edit; ``sim.import_patch`` reads it back."""
        from ..export.files import export_scenario

        if self.sets:
            what = "a workbook can't hold numbers that were set in Python"
            usage_error("export", what, "put them into a patch file first")
        export_scenario(self.loaded, self.names, Path(file), lang)
        return Path(file)

    def __repr__(self) -> str:
        numbers = sum(1 for _ in quantities(self.model))
        return f"Scenario({self.name!r}: {self.title}; {self._span()}; {numbers} numbers)"

    def _repr_html_(self) -> str:
        numbers = sum(1 for _ in quantities(self.model))
        contested = [f"{key} is set by {first} and by {second}; {second} wins"
                     for key, (first, second) in self.loaded.tree.conflicts.items()]  # fmt: skip
        about = f"scenario {self.name}, {self._span()}, {numbers} numbers with unit and ground"
        return heading(self.title, self.model.description.en, about, *contested)

    def _span(self) -> str:
        return f"{self.model.start:%-d %B %Y} to {self.model.until:%-d %B %Y}"

    def _words(self) -> list[str]:
        """The words of a command that name it."""
        words = [word for name in self.names for word in ("+", name)][1:]
        return words + [word for one in self.sets for word in ("--set", one)]

    @property
    def expression(self) -> str:
        """The Python that loads it."""
        loaded = f"sim.load({', '.join(map(repr, self.names))})"
        values = self._set_values()
        return f"{loaded}.with_({values!r})" if values else loaded

    def _set_values(self) -> dict[str, Any]:
        """The numbers that were set with ``with_``, by key."""
        pairs = dict(one.split("=", 1) for one in self.sets)
        return {key: yaml.safe_load(value) for key, value in pairs.items()}

    def _call(
        self,
        verb: str,
        said: Mapping[str, object],
        settings: Settings | None,
        *others: Scenario,
        kinds: str = "vary",
    ) -> str:
        """The Python that asks a question again."""
        told = dict(said)
        if settings is not None:
            told |= {"replications": settings.replications, "seed": settings.seed}
            told |= {"step": settings.step}
            told |= {"until": str(settings.until)} if settings.until else {}
            told |= {kinds: settings.vary} if settings.vary != UNCERTAINTIES else {}
        words = [one.expression for one in others]
        words += [f"{key}={value!r}" for key, value in told.items() if value is not None]
        return f"{self.expression}.{verb}({', '.join(words)})"


def load_scenario(name: str | Path, *patches: str | Path) -> Scenario:
    """Load a shipped scenario or a file; patches after it are laid on top, the last one wins.

    Raises ``ScenarioError`` with every mistake found: where, what it says, what to write.

    >>> import sim
    >>> sim.load("baseline", "faster-housing").name
    'baseline+faster-housing'
    """
    names = (str(name), *map(str, patches))
    return Scenario(names, (), load_chain(names))


def scenario_of(one: Scenario | str) -> Scenario:
    """A scenario, or one named as on the command line: baseline+faster-housing."""
    return load_scenario(*parse_chain(one)) if isinstance(one, str) else one


def _as_yaml(value: object) -> str:
    """A value as a file would hold it, in one line."""
    plain = value.item() if hasattr(value, "item") else value
    return yaml.safe_dump([plain], default_flow_style=True, width=10**6).strip()[1:-1]


def _lines(row: ListingRow) -> list[dict[str, Any]]:
    """A row a date of one key."""
    value = row.value
    common: dict[str, Any] = {"key": row.key, "meaning": row.meaning, "set_by": row.layer,
                              "differs": row.differs}  # fmt: skip
    if not isinstance(value, Quantity):
        return [common | {"value": value}]
    ground = {"unit": value.unit, "source": value.source, "where": value.where,
              "assumption": value.assumption, "uncertain": value.spread is not None}  # fmt: skip
    if not isinstance(value.value, tuple):
        return [common | ground | {"value": value.single}]
    return [common | ground | {"value": amount, "since": day} for day, amount in value.pairs()]


def _told(value: Any) -> str:
    from ..report.scenario_listing import value_text

    return value_text(value, "en")
