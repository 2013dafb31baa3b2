"""Where the knobs stand, as a scenario patch that runs anywhere."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ...errors import Problem, ScenarioError
from ...export.safe_write import place
from ...report.i18n import Language, label
from ...scenario import Scenario, shipped
from .captions import turned_in_words
from .sliders import changes_of, sliders

LANGS: tuple[Language, ...] = ("en", "nl")


def patch_of(
    scenario: Scenario, extends: Sequence[str], sets: Mapping[str, Any], values: Mapping[str, float]
) -> dict[str, Any]:
    """A patch that sets what was turned; ``sets`` are keys that were set before that.

    Raises ``ScenarioError`` if nothing was turned, so that the patch would say nothing.
    """
    changes = dict(sets) | changes_of(scenario, values)
    stood = {
        one: values[one.name]
        for one in sliders(scenario)
        if one.name != "certainty" and values.get(one.name, one.start) != one.start
    }
    if not stood:
        raise ScenarioError([Problem("what-if", "nothing was turned", "move a slider first")])
    texts = {
        "title": {
            lang: label("whatif_title", lang, title=getattr(scenario.title, lang)) for lang in LANGS
        },
        "description": {lang: turned_in_words(stood, lang) for lang in LANGS},
    }
    return {"extends": extends[0] if len(extends) == 1 else list(extends)} | texts | changes


def write_patch(
    file: Path,
    scenario: Scenario,
    names: Sequence[str],
    sets: Mapping[str, Any],
    values: Mapping[str, float],
) -> None:
    """Write a patch on the scenario that ``names`` made, where nothing stands yet.

    Raises ``ScenarioError`` if something does, or if nothing was turned.
    """
    if file.suffix != ".yaml":
        raise ScenarioError([Problem(str(file), "this is no .yaml", "name a scenario file")])
    if file.exists():
        advice = "choose another name, or remove it"
        raise ScenarioError([Problem(str(file), "this file is there already", advice)])
    known, folder = shipped(), file.absolute().parent
    extends = [
        name if name in known else os.path.relpath(Path(name).absolute(), folder) for name in names
    ]
    patch = patch_of(scenario, extends, sets, values)
    text = yaml.dump(patch, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=100)
    place(file, text.encode("utf-8"))


class _PlainDumper(yaml.SafeDumper):
    """Writes each value out: a scenario file has no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True
