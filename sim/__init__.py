"""opvangsim: Dutch asylum reception, from inflow to the gap in the budget.

A scenario, a run, and what it says::

    import sim

    baseline = sim.load("baseline")
    result = baseline.run(replications=100)
    result.gap                                  # the headline by year, with its band
    result.plot.need()                          # the charts of the command line
    baseline.compare("faster-housing")          # differences on common luck
    baseline.with_(housing__homes=40_000)       # another scenario

The command line has a twin of each: ``opvangsim --help``.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api.folders import moved, reproduce, runs, verify_record
    from .api.functions import (
        Answer,
        Sweep,
        answer,
        calibrate,
        import_patch,
        laws,
        new,
        open_sweep,
        overview,
        questions,
        scenarios,
        schema,
        sweep,
        swings,
        whence,
    )
    from .api.result import Result
    from .api.result import explore as explore
    from .api.result import open_run as open_run
    from .api.scenario import Scenario
    from .api.scenario import load_scenario as load
    from .api.scorecard import Scorecard, score
    from .api.study import StudyReport
    from .errors import ScenarioError
    from .notebook.chart import Chart

__all__ = [
    "Answer",
    "Chart",
    "Result",
    "Scenario",
    "ScenarioError",
    "Scorecard",
    "StudyReport",
    "Sweep",
    "answer",
    "calibrate",
    "explore",
    "import_patch",
    "laws",
    "load",
    "moved",
    "new",
    "open_run",
    "open_sweep",
    "overview",
    "questions",
    "reproduce",
    "runs",
    "scenarios",
    "schema",
    "score",
    "sweep",
    "swings",
    "verify_record",
    "whence",
]

_WHERE = {
    "Chart": ("notebook.chart", "Chart"),
    "Result": ("api.result", "Result"),
    "Scenario": ("api.scenario", "Scenario"),
    "ScenarioError": ("errors", "ScenarioError"),
    "Scorecard": ("api.scorecard", "Scorecard"),
    "StudyReport": ("api.study", "StudyReport"),
    "explore": ("api.result", "explore"),
    "load": ("api.scenario", "load_scenario"),
    "moved": ("api.folders", "moved"),
    "open_run": ("api.result", "open_run"),
    "reproduce": ("api.folders", "reproduce"),
    "runs": ("api.folders", "runs"),
    "score": ("api.scorecard", "score"),
    "verify_record": ("api.folders", "verify_record"),
}


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: the command line must start quickly."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    from importlib import import_module

    part, title = _WHERE.get(name, ("api.functions", name))
    return getattr(import_module(f".{part}", "sim"), title)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


class _Package(ModuleType):
    """Public functions win over the subpackages of the same name (``sim.runs``).

    Importing a subpackage sets it as an attribute here, which would hide the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
