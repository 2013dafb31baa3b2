"""The files a visitor can download: the patch of the sliders, and a memo of their run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import usage_error
from ..export.memo import form as memo_form
from ..export.memo.memo import files_of, memo_of
from ..report.i18n import Language
from ..results.experiment import Progress, Settings
from ..results.versions import versions
from ..runs.batches import Options
from ..runs.load import read_folder
from ..runs.provenance import Provenance
from ..runs.run import command_of, execute
from ..scenario import Scenario, load_chain
from ..what_if.sliders import patch_changes, patch_text, write_patch

PATCH = "what-if.yaml"


@dataclass(frozen=True)
class Base:
    """The scenario of the server: what it was loaded from, and what was set."""

    names: tuple[str, ...]
    sets: tuple[str, ...]
    changes: Mapping[str, Any]
    name: str
    scenario: Scenario

    def words(self, values: Mapping[str, float]) -> list[str]:
        """Return the words that name the scenario of some slider values on the command line."""
        if patch_changes(self.scenario, values):
            return [PATCH, *(["--override"] if self.scenario.posterior else [])]
        chain = [word for name in self.names for word in ("+", name)][1:]
        return [*chain, *(word for text in self.sets for word in ("--set", text))]


def patch(base: Base, values: Mapping[str, float]) -> bytes:
    """Return the patch of some slider values, as Jupyter writes it into the present folder."""
    text = patch_text(Path.cwd(), base.scenario, base.names, base.changes, values)
    return text.encode("utf-8")


def stamp(
    base: Base, values: Mapping[str, float], settings: Settings, lang: Language
) -> Provenance:
    """Return the provenance of a chart: the command runs the patch of the same sliders."""
    options = _options(settings, lang)
    until: date = settings.until or base.scenario.until
    command = command_of(base.words(values), options, until)
    return Provenance(
        "what-if", base.name, str(settings.seed), versions()["opvangsim"], "what-if", command
    )


def memo_forms() -> list[str]:
    """Return the forms of a memo that can be made here: PDF needs an extra."""
    known = getattr(memo_form.Form, "__args__", ())
    return ["docx", *(["pdf"] if "pdf" in known and find_spec("typst") else [])]


def run(
    base: Base,
    values: Mapping[str, float],
    settings: Settings,
    lang: Language,
    folder: Path,
    progress: Progress,
) -> Path:
    """Run the scenario of some slider values; return the folder of the run, below ``folder``.

    It is the run that the downloaded patch gives with the same replications, seed and step.
    """
    names, sets = base.names, base.sets
    if patch_changes(base.scenario, values):
        file = folder / PATCH
        write_patch(file, base.scenario, base.names, base.changes, values)
        names, sets = (str(file),), ()
    loaded = load_chain(names, sets, overrides=base.scenario.posterior is not None)
    into = folder / "run"
    words = base.words(values)
    execute(
        loaded.scenario, loaded.name, _options(settings, lang), into, progress, loaded.inputs, words
    )
    return into


def check_memo_form(form: str) -> None:
    """Refuse a form in which no memo is made here."""
    if form not in memo_forms():
        usage_error("memo", "a memo is made as .docx, or as .pdf with the extra opvangsim[pdf]")


def memo(folder: Path, form: str, lang: Language) -> bytes:
    """Return the memo of a run in a form."""
    file = folder.with_name(f"memo.{form}")
    chosen = memo_form.form_of(file)
    files: Mapping[Path, bytes] = files_of(memo_of(read_folder(folder), lang), chosen, file)
    return files[file]


def workplace() -> TemporaryDirectory[str]:
    """Return a folder that is removed afterwards."""
    return TemporaryDirectory(prefix="opvangsim-serve-")


def _options(settings: Settings, lang: Language) -> Options:
    return Options(
        settings.replications, settings.seed, settings.step, settings.until, charts=False, lang=lang
    )
