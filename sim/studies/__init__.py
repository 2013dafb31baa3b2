"""Studies: questions that take several runs, one module each; ``STUDIES`` lists them.

The command line, ``sim.Scenario``, ``reproduce``, charts, memos and the question book read this
table. It is light: the module of a study is imported when the study is run, drawn or told.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .options import StudyOptions

Takes = Literal["scenario", "two scenarios", "scenarios", "plans", "design", "sweep"]
"""What a study works on: one scenario, two, one against several, one or more, a design file, or the
folder of a sweep."""


@dataclass(frozen=True)
class Study:
    """Entry of a study: its name as a command, what it does in one line, and where it is.

    A name of two words is a command of a group, whose help is in ``GROUPS``.

    ``module`` has an ``IMPLEMENTATION``; ``options_class`` is the class of its options, with its
    module: those of shipped studies are in a light one, so that their help is quick. ``kinds``
    are the kinds of folder that it writes, as ``run.json`` names them; ``details`` is a second
    paragraph of the help. ``has_details`` says whether it has more tables than it prints unasked.
    """

    name: str
    summary: str
    module: str
    options_class: str
    kinds: tuple[str, ...]
    takes: Takes = "scenario"
    details: str = ""
    has_details: bool = False

    @property
    def options(self) -> type[StudyOptions]:
        """Its options, imported when they are needed."""
        module, _, name = self.options_class.rpartition(".")
        result: type[StudyOptions] = getattr(import_module(module), name)
        return result

    @property
    def is_of_scenarios(self) -> bool:
        """Whether it works on scenarios, so that it is a method of them in Python."""
        return self.takes in ("scenario", "two scenarios", "scenarios", "plans")

    @property
    def method(self) -> str:
        """Its name in Python."""
        return self.slug.replace("-", "_")

    @property
    def words(self) -> tuple[str, ...]:
        """What is typed for it: its name, or that of its group and its own."""
        return tuple(self.name.split())

    @property
    def slug(self) -> str:
        """Its name as part of the name of a folder."""
        return "-".join(self.words)

    @property
    def help(self) -> str:
        """Its help text: what it does, and the details if there are any."""
        return f"{self.summary}\n\n{self.details}".strip()


OPTIONS = "sim.studies.options"
PLAN_OPTIONS = "sim.studies.plan_options"
GROUPS = {
    "plan": "Compare plans of capacity, search them, and value what is not known.",
}
"""What the groups of studies are for, in one line: studies whose name has two words."""
STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        Study(
            "compare",
            "Compare scenarios with a first one: the difference, with its 80% interval.",
            "sim.studies.compare",
            f"{OPTIONS}.CompareOptions",
            ("comparison",),
            "scenarios",
            details="Overrides (--set) apply to the others, not to the first. With a first one"
            " alone, --set makes the scenario to compare it with.",
            has_details=True,
        ),
        Study(
            "explain",
            "Explain why the gap of B differs from that of A: by patch, key or theme, in euros.",
            "sim.studies.explain",
            f"{OPTIONS}.ExplainOptions",
            ("explanation",),
            "two scenarios",
        ),
        Study(
            "enough",
            "Find how much money is enough in a year, with a chance such as 80%.",
            "sim.studies.enough",
            f"{OPTIONS}.EnoughOptions",
            ("enough",),
            details="One simulation: the quantile of the cost of each line, beside its budget.",
        ),
        Study(
            "solve",
            "Find the value of a number at which a target is just met; of two, the frontier.",
            "sim.studies.solve",
            f"{OPTIONS}.SolveOptions",
            ("solution", "frontier"),
            details="Weekly steps unless --step day: an answer is a search through many runs.",
        ),
        Study(
            "optimal-places",
            "Find how many fixed regular places cost least when the future is uncertain.",
            "sim.studies.optimal_places",
            f"{OPTIONS}.OptimalPlacesOptions",
            ("stock",),
            details="Weekly steps unless --step day.",
        ),
        Study(
            "ind-cut",
            "Find what a euro less for the IND costs at COA, by year and in total.",
            "sim.studies.ind_cut",
            f"{OPTIONS}.IndCutOptions",
            ("ind_coa",),
            details="Weekly steps unless --step day.",
        ),
        Study(
            "sensitivity",
            "Find which uncertain inputs move the gap of a year: Sobol indices and a tornado.",
            "sim.studies.sensitivity",
            f"{OPTIONS}.SensitivityOptions",
            ("sensitivity",),
            details="Weekly steps unless --step day. Some sixty inputs take sixty times as many "
            "replications as points: a few minutes on two cores.",
        ),
        Study(
            "plan compare",
            "Compare plans over all futures: cost, shortage, empty places, regret.",
            "sim.studies.plan_compare",
            f"{PLAN_OPTIONS}.PlanCompareOptions",
            ("plan_comparison",),
            "scenarios",
            details="A plan is a scenario, or one with patches (baseline+fixed-stock-41000). "
            "Overrides (--set) apply to all but the first; with one alone, --set makes the plan to "
            "compare it with. Weekly steps unless --step day.",
        ),
        Study(
            "plan search",
            "Search for the best plan within limits, and accept it on other futures.",
            "sim.studies.plan_search",
            f"{PLAN_OPTIONS}.PlanSearchOptions",
            ("plan_search",),
            details="Differential evolution on common random numbers. The plan and its value are "
            "those of other replications, on which every limit must hold with 95% certainty. A "
            "search that was stopped goes on where it was when the same command is given again: "
            "what it has tried is kept in outputs/plan-search/kept. Weekly steps unless --step "
            "day.",
        ),
        Study(
            "plan value",
            "Find what it is worth to know an uncertain input before a plan or a budget is chosen.",
            "sim.studies.plan_value",
            f"{PLAN_OPTIONS}.PlanValueOptions",
            ("plan_value",),
            "plans",
            details="The choice is between the plans that are named, between numbers of fixed "
            "places of one scenario (--places), or of the budget of a year (--budget). Weekly "
            "steps unless --step day.",
        ),
        Study(
            "sweep",
            "Run every scenario of a design: one row a run.",
            "sim.studies.sweep",
            f"{OPTIONS}.SweepOptions",
            ("sweep",),
            takes="design",
        ),
        Study(
            "discover",
            "Find the part of a sweep in which something happens: boxes in its levers (PRIM).",
            "sim.studies.discover",
            f"{OPTIONS}.DiscoverOptions",
            ("discovery",),
            takes="sweep",
        ),
    )
}
"""Studies by name, in the order in which they are listed."""


def study_of_kind(kind: str) -> Study | None:
    """Return the study that writes folders of a kind; None if no study does."""
    return next((study for study in STUDIES.values() if kind in study.kinds), None)
