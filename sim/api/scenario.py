"""Load a scenario or a run; look at a scenario, change it, run it and study it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import pandas as pd

from ..clock import StepLength
from ..errors import usage_error
from ..export.files import export_scenario
from ..model.uncertainty import UNCERTAINTIES, Uncertainty
from ..notebook.repr import heading
from ..report.i18n import Language
from ..report.vintages import vintages_table
from ..runs.load import read_run_folder
from ..scenario import Loaded, load_chain, parse_chain, quantities
from ..scenario import Scenario as Model
from ..scenario.notes import contested
from ..studies import STUDIES, Study
from ..studies.trace import trace
from .overrides import changes_of, sets_of
from .parts import attribute_of, has_key, keys_of, refuse_assignment, value_at
from .python_names import python_names, signature_from
from .result import Result
from .running import condition, simulate, write_later_start
from .scenario_tables import differences_table, findings_table, numbers_table, sources_table
from .study import StudyReport, run_from_python, signature_of

if TYPE_CHECKING:
    from ..notebook.what_if.widget import WhatIf


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario as loaded from its files; methods that change it return a new one.

    ``names`` are the scenario and patches it was loaded from, ``sets`` the numbers that were
    overridden, both as on the command line; ``loaded`` has every number and who set it. Two
    scenarios are equal if they have the same name and the same numbers.

    >>> import sim
    >>> baseline = sim.load("baseline")
    >>> baseline["housing.homes"], baseline.housing.homes
    (30210.0, 30210.0)
    >>> baseline["courts"]["delay_days"] == baseline.courts.delay_days
    True
    """

    names: tuple[str, ...] = field(compare=False)
    sets: tuple[str, ...] = field(compare=False)
    loaded: Loaded

    @property
    def name(self) -> str:
        """Name, as used for folders and in charts."""
        return self.loaded.name

    @property
    def model(self) -> Model:
        """The scenario as the model reads it: every number by attribute."""
        return self.loaded.scenario

    @property
    def title(self) -> str:
        """Title in English."""
        return self.model.title.en

    @property
    def expression(self) -> str:
        """Python expression that loads the same scenario."""
        loaded = f"sim.load({', '.join(map(repr, self.names))})"
        values = changes_of(self.sets)
        return f"{loaded}.override({values!r})" if values else loaded

    def __getitem__(self, key: str) -> Any:
        """Return the value at a key: a number, a series by date, a text, or a part.

        Raises ``ScenarioError``, which is a ``KeyError`` here, for an unknown key.
        """
        return value_at(self.model, key)

    def __setitem__(self, key: str, value: object) -> NoReturn:
        refuse_assignment(key, value)

    def __contains__(self, key: object) -> bool:
        return has_key(self.model, key)

    def __iter__(self) -> Iterator[str]:
        return iter(keys_of(self.model))

    def override(self, changes: Mapping[str, object] | None = None, /, **others: object) -> Self:
        """Return the scenario with some numbers set to other values, as ``--set`` does.

        A number keeps its uncertainty in relative width, unless the value says otherwise:
        ``{"value": 40_000, "certain": True}``, or with a ``spread``.

        Parameters
        ----------
        changes
            Values by key, as in ``{"housing.homes": 40_000}``; a value is what a file would hold.

        Raises ``ScenarioError`` for an unknown key or an impossible value. If a key is overridden
        twice, the later value counts.

        >>> import sim
        >>> sim.load("baseline").override({"housing.homes": 40_000}).name
        'baseline+housing.homes=40000'
        >>> sim.load("baseline").override({"inflow.first": {2026: 20_000}}).sets
        ('inflow.first={2026: 20000}',)
        """
        sets = sets_of(self.sets, changes, others)
        with python_names():
            return replace(self, sets=sets, loaded=load_chain(self.names, sets))

    def patch(self, *names: str | Path) -> Self:
        """Return the scenario with shipped patches or patch files applied, the last one on top.

        Overridden numbers keep precedence over patches. Raises ``ScenarioError`` for an unknown
        name, and for every mistake in a file.

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
        until: date | str | None = None,
        uncertainty: Sequence[Uncertainty] = UNCERTAINTIES,
        workers: int = 0,
        executor: str | None = None,
        out: str | Path | None = None,
        lang: Language = "en",
        precision: float | str | None = None,
        observed: str | Path | None = None,
        as_of: date | str | None = None,
    ) -> Result:
        """Simulate the scenario; the same scenario, replications, seed and step give equal results.

        Parameters
        ----------
        replications, seed
            Number of replications, and seed of all random numbers.
        step
            Length of a step: "day", or "week", which is faster and slightly less precise.
        until
            Last simulated day; by default that of the scenario.
        uncertainty
            Sources of uncertainty to include: "parameters", "inflow", "process".
        workers, executor
            Number of threads; 0 uses every core. Or a Dask cluster that does the work instead, as
            in "dask://localhost:8786". Neither changes the results.
        out, lang
            Folder to write, and the language of its charts. Without a folder, results are kept as
            long as the returned object.
        precision
            Share of the gap, as 0.05 or "5%", within which its median and 90th percentile must be
            known (95%, or 50 million euros if that is more). Replications are then doubled from
            500 up to 20,000 until that is so; ``Result.precision`` says what was reached.
        observed, as_of
            File of published figures, and the day by which they were published. Charts show
            them, and what was spent counts as realised in ``Result.budget_monthly``.

        Raises ``ScenarioError`` for an impossible setting, and if the folder can't be written.

        >>> import sim
        >>> result = sim.load("baseline").run(replications=10, step="week", workers=1)
        >>> list(result.gap.index)
        [2025, 2026, 2027, 2028, 2029, 2030]
        """
        settings = {"replications": replications, "seed": seed, "step": step, "until": until}
        with python_names():
            return simulate(
                self, {**settings, "uncertainty": uncertainty}, workers=workers, executor=executor,
                out=out, lang=lang, precision=precision, observed=observed, as_of=as_of,
            )  # fmt: skip

    def nowcast(
        self,
        observed: str | Path,
        as_of: date | str,
        replications: int = 500,
        seed: int = 1,
        *,
        step: StepLength = "day",
        until: date | str | None = None,
        workers: int = 0,
        executor: str | None = None,
        out: str | Path | None = None,
        lang: Language = "en",
    ) -> Result:
        """Condition the scenario on the figures published by a day, and run it on.

        ``posterior`` and ``figures`` of the result are tables of what moved. Its scenario is the
        conditioned one; to run or compare that, keep its draws in a folder with ``out``.

        Parameters
        ----------
        observed, as_of
            File of observed figures (CSV), and the day by which they were published.
        replications, seed, step, until, workers, executor, out, lang
            As in ``Scenario.run``; at least 100 replications.

        Raises ``ScenarioError`` for mistakes in the file, if the scenario is conditioned already,
        or if the figures leave almost nothing of the spread of a number.
        """
        settings = {"replications": replications, "seed": seed, "step": step, "until": until}
        with python_names():
            return condition(
                self, settings, load, observed=observed, as_of=as_of,
                workers=workers, executor=executor, out=out, lang=lang,
            )  # fmt: skip

    def start_on(
        self,
        day: date | str,
        observed: str | Path,
        file: str | Path,
        *,
        as_of: date | str | None = None,
        replications: int = 200,
        seed: int = 1,
        step: StepLength = "week",
    ) -> LoadedScenario:
        """Write a scenario that starts on a later day into a file, and return it.

        Each stock published for that day is met to the person; the rest is carried forward from a
        simulation conditioned on the figures up to that day. ``show`` says which is which.

        Parameters
        ----------
        day
            First day of the new scenario.
        observed, as_of
            File of observed figures (CSV), and the day by which they were published, by default
            all of them.
        file
            File to write: a patch (.yaml) on the files of this scenario.
        replications, seed, step
            Of the simulation up to that day, as in ``Scenario.run``.

        Raises ``ScenarioError`` if the day is not after the start, if numbers were overridden, or
        if the file is there already.
        """
        settings = {"replications": replications, "seed": seed, "step": step}
        with python_names():
            write_later_start(self, settings, day, observed, Path(file), as_of)
        return load(file)

    def __getattr__(self, name: str) -> Any:
        """Return the method of a study (``sim.studies.STUDIES`` lists them), or a part by name."""
        study = _study_methods().get(name)
        if study is None:
            if name.startswith("_") or name == "loaded":
                raise AttributeError(name)
            return attribute_of(self.model, name, methods=dir(self))

        def method(*args: Any, **kwargs: Any) -> StudyReport:
            return run_from_python(study, self, scenario_of, *args, **kwargs)

        method.__name__, method.__doc__ = study.method, study.help
        method.__signature__ = signature_of(study)  # type: ignore[attr-defined]
        return method

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_study_methods(), *type(self.model).model_fields})

    def _ipython_key_completions_(self) -> list[str]:
        return keys_of(self.model)

    def what_if(self, lang: Language = "en", seed: int = 1) -> WhatIf:
        """Return sliders and charts that follow them, for Jupyter.

        Charts show this scenario in grey behind the changed one. Needs the extra
        ``opvangsim[jupyter]``. Raises ``ScenarioError`` without it.
        """
        # The only import in a function: ipywidgets is not installed without the extra.
        try:
            from ..notebook.what_if.widget import WhatIf
        except ModuleNotFoundError:
            what = "the library of sliders (ipywidgets) is not installed"
            usage_error("what_if", what, "pip install 'opvangsim[jupyter]'")

        return WhatIf(self.model, self.names, changes_of(self.sets), lang, seed)

    def show(self, key: str = "") -> pd.DataFrame:
        """Return all numbers, or those at and below a key, with unit, source and who set them.

        A dated number has one row per date; ``differs`` says whether the baseline has another
        value. ``uncertainty`` says whether a number is uncertain, keeps its uncertainty from the
        scenario it extends ("kept", or "cut" at what its unit allows), or is certain where that of
        the baseline is not. Raises ``ScenarioError`` for an unknown key.

        >>> import sim
        >>> sim.load("baseline").show("housing.homes")[["value", "unit"]].values.tolist()
        [[30210.0, 'persons/year']]
        """
        return numbers_table(self.loaded, key)

    def check(self, *, strict: bool = False) -> pd.DataFrame:
        """Return notes and warnings about implausible numbers, one row each.

        A note (code "note") is about a number whose uncertainty is not simply that of the scenario
        below it: one that became certain, or one in a file of version 0.1. With ``strict`` sources
        and ranges are checked as well.

        >>> import sim
        >>> sim.load("baseline").check().empty
        True
        """
        return findings_table(self.loaded, strict)

    def diff(self, other: Scenario | Result | str) -> pd.DataFrame:
        """Return the keys in which another scenario differs, and which layer set each value.

        >>> import sim
        >>> sim.load("baseline").diff("faster-housing")["key"].tolist()
        ['housing.homes']
        """
        return differences_table(self.loaded, scenario_of(other).loaded)

    def sources(self) -> pd.DataFrame:
        """Return every source and assumption with the number of keys that rest on it.

        ``mark`` is "press" where no document behind a source is known (these come first),
        "quoted" where the document is known but was read as another quotes it, else empty.

        >>> import sim
        >>> sim.load("baseline").sources()["mark"].iloc[0]
        'press'
        """
        return sources_table(self.model)

    def vintages(self, prices: int | None = None) -> pd.DataFrame:
        """Return the amounts of all budget vintages at one price level, and what changed.

        A row for each line, year and vintage, in the order of publication; ``difference`` [EUR] and
        ``change`` (a share) are against the vintage ``before`` that has an amount there. ``prices``
        is a year, by default that of the headline vintage. Raises ``ScenarioError`` if the scenario
        has no price level of it.

        >>> import sim
        >>> found = sim.load("baseline").vintages()
        >>> found.query("line == 'ind' and year == 2029")["change"].round(2).tolist()
        [nan, -0.43, 0.0, 0.19]
        """
        return vintages_table(self.model, prices)

    def trace(self, person: int, seed: int = 1, scale: int = 20, lang: Language = "en") -> str:
        """Return the history of one person, in a simulation with one ``scale``-th of all people."""
        return "\n".join(trace(self.model, person, seed, scale, lang))

    def export(self, file: str | Path, lang: Language = "en") -> Path:
        """Write the scenario as a workbook to edit; ``sim.import_patch`` reads it back.

        Raises ``ScenarioError`` if numbers were overridden, or if the file can't be written.
        """
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
        about = f"scenario {self.name}, {self._span()}, {numbers} numbers with unit and source"
        return heading(self.title, self.model.description.en, about, *contested(self.loaded))

    def _span(self) -> str:
        return f"{self.model.start:%-d %B %Y} to {self.model.until:%-d %B %Y}"


Scenario = LoadedScenario
"""Public name; in the code ``Scenario`` alone is the scenario as the model reads it."""


def load(name: str | Path, *patches: str | Path) -> Scenario:
    """Load a shipped scenario or a file, and apply patches; the last one is on top.

    Raises ``ScenarioError`` with every mistake found: where, what it says, what to write.

    >>> import sim
    >>> sim.load("baseline", "faster-housing").name
    'baseline+faster-housing'
    """
    names = (str(name), *map(str, patches))
    return Scenario(names, (), load_chain(names))


@signature_from(Scenario.run, first=load)
def run(name: str | Path, *patches: str | Path, **settings: Any) -> Result:
    """Load a shipped scenario or a file with patches, and run it.

    Keyword arguments are those of ``Scenario.run``. Raises ``ScenarioError`` as ``load`` and
    ``Scenario.run`` do.

    >>> import sim
    >>> result = sim.run("baseline", "faster-housing", replications=10, step="week", workers=1)
    >>> result.scenario.name
    'baseline+faster-housing'
    """
    return load(name, *patches).run(**settings)


def open_run(folder: str | Path) -> Result:
    """Open the folder of a run that ``opvangsim run`` or ``Result.write`` wrote.

    Raises ``ScenarioError`` if it is not the folder of a run, or if a file in it was changed.
    """
    run = read_run_folder(Path(folder))
    file = str(Path(folder) / "scenario.resolved.yaml")
    loaded = replace(load_chain([file]), name=run.record["scenario"])
    return Result(Scenario((file,), (), loaded), Path(folder), run)


def scenario_of(given: Scenario | Result | str) -> Scenario:
    """Return a scenario: a given one, that of a result, or one by name (baseline+patch)."""
    if isinstance(given, Result):
        return given.scenario
    return load(*parse_chain(given)) if isinstance(given, str) else given


def _study_methods() -> dict[str, Study]:
    """Studies that work on scenarios, by the name of their method."""
    return {study.method: study for study in STUDIES.values() if study.is_of_scenarios}
