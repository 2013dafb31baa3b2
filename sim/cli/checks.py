"""Checks of what was typed, before anything is loaded: an error of arguments comes at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote

from ..errors import Message, as_message, reason_of, usage_error


def chains_of(words: Sequence[str]) -> list[list[str]]:
    """Return the chains of scenarios that were typed; refuses names of no file."""
    from ..scenario import check_names, parse_chains

    chains = parse_chains(list(words))
    check_names(chains)
    return chains


def one_chain(words: str | Sequence[str]) -> list[str]:
    """Return the only chain that was typed; refuses several, and names of no file."""
    typed = [words] if isinstance(words, str) else list(words)
    chains = chains_of(typed)
    if len(chains) != 1:
        usage_error(" ".join(typed), "expected one scenario", "join the parts of a chain with +")
    return chains[0]


def scenario_and_keys(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the first chain, and what follows as keys; refuses a key that there can't be."""
    from ..scenario import check_names, parse_chains

    first, *rest = parse_chains(list(words))
    check_names([first])
    keys = [key for names in rest for key in names]
    for key in keys:
        check_key(key)
    return first, keys


def check_key(key: str) -> None:
    """Refuse what is no key of a scenario."""
    if not key[:1].isalpha():
        advice = Message("search for it: opvangsim find {key}", key=quote(key))
        usage_error(key, "there is no such key", advice)
    from ..scenario import Scenario
    from ..scenario.introspect import at, hint_for

    if at(Scenario, tuple(key.split("."))) is None:
        *parent, last = key.split(".")
        hint = as_message(hint_for(last, tuple(parent)))
        advice = Message("{hint}; or search: opvangsim find {key}", hint=hint, key=quote(key))
        usage_error(key, "there is no such key", advice)


def check_readable(*files: Path | None) -> None:
    """Refuse files that can't be opened, and pipes and devices, which would keep one waiting."""
    for file in files:
        if file is not None:
            if file.exists() and not (file.is_file() or file.is_dir()):
                usage_error(str(file), "this is not a file", "name a file")
            try:
                file.open("rb").close()
            except OSError as error:
                usage_error(str(file), Message("can't be read: {reason}", reason=reason_of(error)))


def check_results(*folders: Path) -> None:
    """Refuse folders without a manifest, or with one that is damaged."""
    from ..runs.manifest import read_manifest

    for folder in folders:
        read_manifest(folder)


def check_forecasts(path: Path) -> None:
    """Refuse a path of no file and no folder."""
    if not path.exists():
        advice = "give a forecast that opvangsim froze, or their folder"
        usage_error(str(path), "there is no such file or folder", advice)


def check_ending(file: Path, endings: Iterable[str], what: str, advice: str) -> None:
    """Refuse a name of a file that does not end in one of these."""
    if file.suffix.lower() not in endings:
        usage_error(str(file), what, advice)


def check_new_scenario(file: Path) -> None:
    """Refuse a name that a new scenario can't have, or that is taken."""
    import os

    from ..scenario import check_file_name

    if file.suffix != ".yaml":
        what = Message("{file} is not the name of a scenario file", file=file)
        usage_error("--out", what, "as in NAME.yaml")
    check_file_name(file)
    if os.path.lexists(file):
        usage_error(str(file), "this file already exists", "choose another name, or remove it")


def check_question(number: str) -> None:
    """Refuse a number of no question, by the names of their files."""
    from ..scenario import shipped_folder

    known = [file.stem for file in (shipped_folder() / "questions").glob("*.yaml")]
    if number.zfill(2) not in known or number.startswith("0"):
        what = Message("there is no question '{number}'", number=number)
        advice = Message(
            "a number from 1 to {last}, or all; search them: opvangsim find {text}",
            last=len(known),
            text=quote(number),
        )
        usage_error("answer", what, advice)


def check_figures(observed: Path | None, as_of: str | None) -> None:
    """Refuse a file of figures that can't be opened, and a day without a file."""
    from ..studies.options import day_of

    if as_of is not None:
        day_of(as_of, "--as-of")
        if observed is None:
            usage_error("--as-of", "there are no figures to choose from", "give --observed FILE")
    check_readable(observed)


def check_workbook(file: Path) -> None:
    """Refuse a name that is not that of a workbook."""
    what = Message("this is not a name of a {suffix} file", suffix=".xlsx")
    check_ending(
        file, (".xlsx",), what, Message("give a name that ends in {suffix}", suffix=".xlsx")
    )
