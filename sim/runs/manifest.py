"""The manifest of a results folder, ``run.json``: its checksum, one reader, one writer.

A manifest is written after all other files. It lists the SHA-256 of each, and its own last line is
a checksum: the SHA-256 of the text without that line. Both show damage and edits by hand. They are
not a signature: whoever wants to deceive can compute them again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from pydantic import ValidationError

from ..errors import Message, Problem, ScenarioError, as_message, printable, reason_of
from ..model.uncertainty import FORMER_NAMES
from ..results.versions import versions
from .citation import citation
from .environment import environment
from .former import present
from .manifest_schema import DERIVED_KINDS, validate

MANIFEST = "run.json"
SCHEMA = 4
"""Number of the form of folders: since 3 their tables have columns of the simulation error, and
say of a wait whose it is; since 4 a run has ``budget_monthly.csv``."""
READABLE = (2, 3, SCHEMA)
"""Forms that are read; what an earlier form lacks is taken as not known."""
MAX_BYTES = 50_000_000
"""Size of the largest manifest that is read."""
LONGEST_KEY = 100
"""Longest part of a key that is quoted."""
LONGEST_COMMAND = 2_000
"""Longest command that is quoted in advice."""
ADVICE = "give a folder that opvangsim wrote"
_END = "\n}"
_CHECKSUM = ',\n "seal": "{}"\n}}'


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder, by its relative path (with ``/``)."""
    names = sorted(PurePosixPath(*file.relative_to(folder).parts) for file in folder.rglob("*"))
    return {str(name): digest(folder / name) for name in names if (folder / name).is_file()}


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest of a folder in which all other files are written."""
    (folder / MANIFEST).write_text(manifest_text(content, digests(folder)), "utf-8", newline="\n")


def manifest_text(content: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Return the text of a manifest: the content of its kind, the common part, its checksum.

    ``files`` are the hashes of all other files of the folder. The time of creation is here and
    nowhere else, so that two equal runs differ in their manifests alone. Raises
    ``pydantic.ValidationError`` if the content does not fit the schema of its kind.
    """
    manifest = {
        "kind": content["kind"],
        "schema": SCHEMA,
        **content,
        "cite": citation(content),
        "versions": versions(),
        **environment(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": dict(files),
    }
    plain: dict[str, Any] = json.loads(json.dumps(manifest, default=str))
    validate(plain)
    return with_checksum(plain)


def with_checksum(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as text, with its checksum as the last key."""
    content = {key: value for key, value in manifest.items() if key != "seal"}
    return add_checksum(json.dumps(content, indent=1, ensure_ascii=False))


def add_checksum(text: str) -> str:
    """Return a text that ends in a line with ``}``, with its checksum before that line."""
    return text.removesuffix(_END) + _CHECKSUM.format(_checksum(text))


def has_valid_checksum(text: str) -> bool:
    """Return whether a text with a checksum is, to the byte, as it was written."""
    end = len(text) - len(_CHECKSUM.format("0" * 64))
    return end > 0 and text[end:] == _CHECKSUM.format(_checksum(text[:end] + _END))


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a finished folder.

    Raises ``ScenarioError`` if it is not a manifest, has another form, was changed, holds what no
    manifest of its kind holds, or lists a file outside the folder.
    """
    file = folder / MANIFEST
    text = read_text(file)
    manifest = parse_manifest(text)
    if manifest is None:
        raise _refused(file, "this is not a manifest of opvangsim")
    if manifest["schema"] not in READABLE:
        read = f"{', '.join(map(str, READABLE[:-1]))} and {READABLE[-1]}"
        what: str = Message(
            "this manifest has schema {schema!r}; this version reads {read}",
            schema=manifest["schema"],
            read=read,
        )
        raise _refused(
            file, what, Message("recreate the folder{command}", command=command_of(manifest))
        )
    if not has_valid_checksum(text):
        what = "this file is not the one that the run wrote"
        raise _refused(
            file, what, Message("recreate the folder{command}", command=command_of(manifest))
        )
    try:
        validate(manifest)
    except ValidationError as error:
        raise _refused(
            file,
            first_mistake(error),
            Message("recreate the folder{command}", command=command_of(manifest)),
        ) from None
    if outside := [name for name in manifest["files"] if not is_file_below(name)]:
        raise _refused(
            file, Message("{name!r} is not the name of a file in this folder", name=outside[0])
        )
    if manifest["kind"] not in DERIVED_KINDS:
        options = manifest["options"]
        options["vary"] = [FORMER_NAMES.get(name, name) for name in options["vary"]]
    return manifest


def first_mistake(error: ValidationError) -> str:
    """Return the first mistake of a content in words."""
    mistake = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in mistake["loc"])[:LONGEST_KEY]
    return (
        Message(
            "'{key}' is not in the form opvangsim writes: {reason}",
            key=key,
            reason=as_message(mistake["msg"]),
        )
        if key
        else mistake["msg"]
    )


def parse_manifest(text: str) -> dict[str, Any] | None:
    """Return the content of a manifest, valid or not; None if the text is not one."""
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_ours = isinstance(manifest, dict) and {"kind", "schema"} <= set(manifest)
    return manifest if is_ours else None


def read_text(file: Path) -> str:
    """Return the text of a manifest; raises ``ScenarioError`` if it can't be read."""
    try:
        if file.exists() and not file.is_file():
            raise _refused(file, "this is not a file")
        if file.stat().st_size > MAX_BYTES:
            raise _refused(
                file,
                Message("over {most:,} bytes: too large for a manifest", most=MAX_BYTES),
            )
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise _refused(file, Message("can't be read: {reason}", reason=reason_of(error))) from None
    except UnicodeDecodeError:
        raise _refused(file, "this is not a manifest of opvangsim") from None


def is_file_below(name: str) -> bool:
    """Return whether a name is that of a file below a folder, other than the manifest.

    What the manifest lists may be deleted, so that this holds whoever wrote it, and on every
    system: Windows takes ``\\`` as ``/``, and knows drives.
    """
    path, windows = PurePosixPath(name), PureWindowsPath(name)
    is_relative = not path.is_absolute() and not windows.drive and not windows.root
    is_below = ".." not in (*path.parts, *windows.parts)
    return is_relative and is_below and str(path) == name and name not in ("", ".", MANIFEST)


def is_run(folder: Path) -> bool:
    """Return whether this is a folder with a manifest."""
    return folder.is_dir() and (folder / MANIFEST).is_file()


def kind_of(folder: Path) -> str | None:
    """Return the kind of a folder of ours, even if its manifest is damaged; None if foreign."""
    try:
        manifest = parse_manifest(read_text(folder / MANIFEST))
    except ScenarioError:
        return None
    return printable(str(manifest["kind"]))[:LONGEST_KEY] if manifest is not None else None


def refuse_other_kind(folder: Path, kind: str) -> None:
    """Refuse a folder of results of another kind."""
    actual = kind_of(folder)
    if actual not in (None, kind):
        what = Message(
            "this is the folder of '{actual}', not of '{kind}'", actual=actual, kind=kind
        )
        raise ScenarioError([Problem(str(folder), what, "give another folder with -o")])


def command_of(manifest: Mapping[str, Any]) -> str:
    """Return ": COMMAND" as it is typed now for the end of advice; empty if unknown or too long."""
    command = manifest.get("command")
    if not isinstance(command, str) or not 0 < len(command) <= LONGEST_COMMAND:
        return ""
    return f": {present(command)}"


def _refused(where: Path, what: str, advice: str = ADVICE) -> ScenarioError:
    return ScenarioError([Problem(str(where), what, advice)])
