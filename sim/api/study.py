"""What came of a question to several runs: tables, sentences, a chart, a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.table import Table

from ..errors import usage_error
from ..notebook.chart import Chart
from ..notebook.repr import as_html, as_sentence, as_text, heading
from ..report.charts import Width
from ..report.i18n import Language
from ..report.style import title_of
from ..runs.study_folder import stamp_of_content
from ..runs.summary_tables import round_table
from ..studies import Study
from ..studies.base import Inputs, StudyResult, run_study, write
from ..studies.charts import drawn, shown, words
from ..studies.options import StudyOptions
from .memo import write_memo

if TYPE_CHECKING:
    from .scenario import Scenario


@dataclass(frozen=True)
class StudyReport:
    """A question to several runs, answered.

    ``tables`` are DataFrames by name; ``command`` is the Python that asks it again.
    """

    finding: StudyResult
    command: str

    @property
    def id(self) -> str:
        """Its identity: what it computes, not when, where or how fast."""
        return self.finding.content.id

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its tables by name, as they lie in its folder."""
        return {name: round_table(table) for name, table in self.finding.content.tables.items()}

    def sentences(self, lang: Language = "en") -> list[str]:
        """What it says in words."""
        return [
            as_sentence(part) for part in self.finding.told(lang) if not isinstance(part, Table)
        ]

    def plot(self, lang: Language = "en", width: Width = "page") -> Chart:
        """Its chart, the same as the one in its folder."""
        data = self.finding.data
        if not shown(data):
            usage_error("plot", "there is nothing in it to be drawn", "look at its tables")
        figure, text = drawn(data, lang, width), words(data, lang)
        stamp = stamp_of_content(self.finding.content, self.command)
        return Chart(figure, title_of(figure), text, width, stamp)

    def write(self, folder: str | Path | None = None, lang: Language = "en") -> Path:
        """Write its folder (by default ``outputs/...``); raises ``ScenarioError`` if it can't be.

        It is what the command line writes: tables, charts, scenarios, and a record.
        """
        place = (
            Path(folder) if folder is not None else Path("outputs") / self.finding.content.folder
        )
        write(self.finding, place, lang, self.command)
        return place

    def memo(self, file: str | Path, lang: Language = "en") -> Path:
        """Write a memo of two pages with an annex; raises ``ScenarioError`` if there is none."""
        with tempfile.TemporaryDirectory(prefix="opvangsim-") as keeper:
            folder = self.write(Path(keeper) / self.finding.content.folder, lang)
            return write_memo(folder, Path(file), lang)

    def __repr__(self) -> str:
        return f"Study({self.finding.content.kind}: {self.finding.content.name})\n{self._text()}"

    def _repr_html_(self) -> str:
        study = self.finding.content
        told = f"{study.settings.replications} replications, seed {study.settings.seed}"
        return heading(study.name, f"{study.kind}, {told}, {study.id}") + as_html(self._parts())

    def _parts(self) -> list[Any]:
        return self.finding.told("en")

    def _text(self) -> str:
        return as_text(self._parts())


def study_of(finding: StudyResult, command: str) -> StudyReport:
    """A finding with the Python that asked for it."""
    return StudyReport(finding, command)


def study_method(base: Scenario, study: Study) -> Callable[..., StudyReport]:
    """Return the method by which a scenario runs a study, with its signature and help text.

    Arguments are the other scenarios of the study, if it takes any, and the fields of its options.
    """
    signature = signature_of(study)

    def method(*args: Any, **kwargs: Any) -> StudyReport:
        given = signature.bind(*args, **kwargs).arguments
        workers = given.pop("workers", 0)
        from .scenario import scenario_of

        others = [scenario_of(one) for one in given.pop("others", ())]
        if "other" in given:
            others = [scenario_of(given.pop("other"))]
        if study.takes == "scenarios" and not others:
            usage_error(study.name, "there is nothing to compare with", "give another scenario")
        options = study.options.parse(given)
        loaded = (base.loaded, *(one.loaded for one in others))
        result = run_study(study, options, lambda: Inputs(loaded, workers=workers))
        return StudyReport(result, command_of(base, study, options, others))

    method.__name__, method.__doc__ = study.method, study.help
    method.__signature__ = signature  # type: ignore[attr-defined]
    return method


def signature_of(study: Study) -> Signature:
    """Return the signature of the method of a study."""
    found = []
    if study.takes == "two scenarios":
        found.append(Parameter("other", Parameter.POSITIONAL_OR_KEYWORD))
    if study.takes == "scenarios":
        found.append(Parameter("others", Parameter.VAR_POSITIONAL))
    several = study.takes == "scenarios"
    own = Parameter.KEYWORD_ONLY if several else Parameter.POSITIONAL_OR_KEYWORD
    fields = [(name, field, own) for name, field in study.options.own().items()]
    shared = study.options.shared().items()
    fields += [(name, field, Parameter.KEYWORD_ONLY) for name, field in shared]
    for name, field, kind in fields:
        default = Parameter.empty if field.is_required() else field.get_default()
        found.append(Parameter(name, kind, default=default, annotation=field.annotation))
    found.append(Parameter("workers", Parameter.KEYWORD_ONLY, default=0, annotation=int))
    return Signature(found, return_annotation=StudyReport)


def command_of(
    base: Scenario, study: Study, options: StudyOptions, others: Sequence[Scenario]
) -> str:
    """Return the Python that asks the same again."""
    words = [one.expression for one in others]
    for name, field in study.options.model_fields.items():
        value = getattr(options, name)
        stated = name in ("replications", "seed", "step") or field.is_required()
        if stated or value != field.get_default():
            plain = value.isoformat() if isinstance(value, date) else value
            words.append(f"{name}={plain!r}")
    return f"{base.expression}.{study.method}({', '.join(words)})"
