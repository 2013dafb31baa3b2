"""How to cite a run or a study: program, version, year, kind, id and title."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Any

YEAR = 2026
"""Year in which this version was released, as in CITATION.cff."""


def citation(manifest: Mapping[str, Any]) -> str:
    """Return how to cite what a manifest of this version describes.

    The title is in the language of the folder. Charts and tables, which have no title of their
    own, are cited by the scenarios and the run they are made of:
    ``opvangsim 0.2.0 (2026), run d80e67c1f9a4: Baseline``.
    """
    version = metadata.version("opvangsim")
    identity = manifest.get("id") or manifest.get("of")
    return f"opvangsim {version} ({YEAR}), {manifest['kind']} {identity}: {_title(manifest)}"


def _title(manifest: Mapping[str, Any]) -> str:
    lang = manifest.get("lang", "en")
    if "title" in manifest:
        return str(manifest["title"][lang])
    titles = [str(title[lang]) for title in manifest.get("scenarios", {}).values()]
    made_of = manifest.get("of")
    scenario = made_of["scenario"] if isinstance(made_of, Mapping) else manifest.get("scenario")
    return ", ".join(titles) or str(scenario or manifest.get("name", ""))
