"""What a Word document says, whoever saved it last, and where it says it comes from.

Text and pictures count; styles, headers, footers and page numbers do not, since a program that
saves a document writes them anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from ..errors import Problem, ScenarioError
from ..runs.provenance import ProvenanceCheck, checksum, read_provenance
from .properties import told_in
from .safe_workbook import packed_bytes

BODY = "word/document.xml"
MEDIA = "word/media/"
CUSTOM = "docProps/custom.xml"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_GAPS = (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr")


def is_document(data: bytes) -> bool:
    """Whether this is a Word document, as far as the names of its parts tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return BODY in packed.namelist()
    except (zipfile.BadZipFile, ValueError, EOFError, OSError):
        return False


def find_in_document(file: Path) -> ProvenanceCheck | None:
    """The stamp of a document, and whether it says what was sealed; None if it has no stamp.

    Raises ``ScenarioError`` if it can't be read or holds what no document of ours does.
    """
    data = packed_bytes(file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            told = dict(told_in(_properties(packed)))
        stamp = read_provenance(told)
        if stamp is None:
            return None
        notes = {key: text for key, text in told.items()
                 if key != "seal" and not hasattr(stamp, key)}  # fmt: skip
        return ProvenanceCheck(
            stamp, told.get("seal") == checksum(stamp, content_of_document(data, notes))
        )
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        what = f"can't be read as a document ({type(error).__name__})"
        advice = "open it in a word processor and save it again"
        raise ScenarioError([Problem(str(file), what, advice)]) from None


def content_of_document(data: bytes, notes: Mapping[str, str]) -> bytes:
    """What a document says: its paragraphs in order, those of tables too, and its pictures."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        body = ElementTree.fromstring(packed.read(BODY))
        pictures = sorted(
            hashlib.sha256(packed.read(name)).hexdigest()
            for name in packed.namelist()
            if name.startswith(MEDIA) and not name.endswith("/")
        )
    said = [text for text in paragraphs(body) if text]
    return json.dumps([said, pictures, dict(notes)], sort_keys=True).encode()


def paragraphs(body: ElementTree.Element) -> list[str]:
    """The text of each paragraph; gaps of any kind and length are one blank."""
    found: list[list[str]] = []
    for part in body.iter():
        if part.tag == f"{_WORD}p":
            found.append([])
        elif found and part.tag == f"{_WORD}t":
            found[-1].append(part.text or "")
        elif found and part.tag in _GAPS:
            found[-1].append(" ")
    return [" ".join("".join(pieces).split()) for pieces in found]


def _properties(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    if CUSTOM not in packed.namelist():
        return
    for one in ElementTree.fromstring(packed.read(CUSTOM)):
        yield one.get("name", ""), "".join(one.itertext())
