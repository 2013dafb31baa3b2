"""Provenance embedded in charts and pages: scenario, seed, version, run, command.

With it goes a checksum of the provenance and of the file without it. It shows that a file was
changed since; it is not a signature, since anyone can compute it again.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from html import escape, unescape
from pathlib import Path

NAME = "opvangsim"
HEAD = 1_000
"""Bytes at the beginning of a file that identify its format."""
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(rb'<metadata id="opvangsim">(.*?)</metadata>\n', re.DOTALL)
_PDF = re.compile(rb"%opvangsim (\{[^\n]*\})\n")
_TEXT = re.compile(rb"<!-- opvangsim (\{[^\n]*\}) -->\n")


@dataclass(frozen=True)
class Provenance:
    """What a file was made from; ``seed`` is empty where nothing is random."""

    kind: str
    scenario: str
    seed: str
    version: str
    run: str
    command: str


@dataclass(frozen=True)
class ProvenanceCheck:
    """The provenance of a file, and whether the file is as it was written.

    ``text`` is the SHA-256 of the text beside a chart, empty if it has none.
    """

    stamp: Provenance
    intact: bool
    text: str = ""


def checksum(stamp: Provenance, content: bytes) -> str:
    """Return the hash of a provenance and of the content of its file."""
    told = json.dumps(asdict(stamp), sort_keys=True).encode()
    return hashlib.sha256(told + b"\0" + content).hexdigest()


def read_provenance(told: Mapping[str, object]) -> Provenance | None:
    """Return the provenance among the properties of a file; None if it has none."""
    names = [field.name for field in fields(Provenance)]
    texts = [told.get(name) for name in names]
    if not all(isinstance(text, str) for text in texts):
        return None
    return Provenance(*(str(text) for text in texts))


def mark_charts(folder: Path, stamp: Provenance) -> None:
    """Embed provenance in every PNG, SVG and PDF of a folder that is being written.

    With it goes the SHA-256 of the text beside the chart, by which that is known as ours.
    """
    for file in sorted(folder.iterdir()):
        if file.suffix in MARKERS:
            text = file.with_suffix(".txt")
            hashed = hashlib.sha256(text.read_bytes()).hexdigest() if text.exists() else ""
            file.write_bytes(marked(file.read_bytes(), file.suffix, stamp, hashed))


def marked(data: bytes, suffix: str, stamp: Provenance, text: str = "") -> bytes:
    """Return a chart or page with provenance and a checksum embedded; deterministic."""
    mark = asdict(stamp) | {"seal": checksum(stamp, data)} | ({"text": text} if text else {})
    return MARKERS[suffix](data, json.dumps(mark, sort_keys=True).encode("ascii"))


def find_in_chart(data: bytes) -> ProvenanceCheck | None:
    """Return the provenance of a chart or page (HTML, Markdown), and whether it is unchanged.

    None if there is none.
    """
    parts = _parted(data)
    if parts is None:
        return None
    bare, text = parts
    try:
        told = json.loads(text)
    except ValueError:
        return None
    stamp = read_provenance(told) if isinstance(told, dict) else None
    if stamp is None:
        return None
    return ProvenanceCheck(
        stamp, told.get("seal") == checksum(stamp, bare), str(told.get("text", ""))
    )


def _parted(data: bytes) -> tuple[bytes, bytes] | None:
    """Return a chart or page without its provenance, and the provenance."""
    if data.startswith(PNG_HEAD):
        return _out_of_png(data)
    pattern = _PDF if data.startswith(b"%PDF") else _SVG if b"<svg" in data[:HEAD] else _TEXT
    marks = list(pattern.finditer(data))
    if len(marks) != 1:
        return None
    mark = marks[0]
    text = mark[1]
    if pattern is _SVG:
        text = unescape(text.decode("utf-8", "replace")).encode()
    return data[: mark.start()] + data[mark.end() :], text


def _into_png(data: bytes, text: bytes) -> bytes:
    """Insert a text chunk before the last chunk, as the format allows."""
    body = NAME.encode() + b"\0\0\0\0\0" + text
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body
    chunk += struct.pack(">I", zlib.crc32(b"iTXt" + body))
    end = data.rindex(b"IEND") - 4
    return data[:end] + chunk + data[end:]


def _out_of_png(data: bytes) -> tuple[bytes, bytes] | None:
    head = b"iTXt" + NAME.encode() + b"\0\0\0\0\0"
    at = data.rfind(head)
    if at < 4:
        return None
    (length,) = struct.unpack(">I", data[at - 4 : at])
    end = at + 4 + length
    return data[: at - 4] + data[end + 4 :], data[at + len(head) : end]


def _into_svg(data: bytes, text: bytes) -> bytes:
    inside = escape(text.decode("ascii"), quote=False).encode()
    end = data.rindex(b"</svg>")
    return data[:end] + b'<metadata id="opvangsim">' + inside + b"</metadata>\n" + data[end:]


def _into_pdf(data: bytes, text: bytes) -> bytes:
    """Append a comment after the end mark, which PDF readers ignore."""
    return data + b"%opvangsim " + text + b"\n"


def _into_text(data: bytes, text: bytes) -> bytes:
    """Append an HTML comment, which Markdown ignores too; ``>`` is escaped."""
    return data + b"<!-- opvangsim " + text.replace(b">", b"\\u003e") + b" -->\n"


MARKERS = {".png": _into_png, ".svg": _into_svg, ".pdf": _into_pdf, ".html": _into_text,
           ".md": _into_text}  # fmt: skip
