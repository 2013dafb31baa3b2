"""Office files packed anew: the same parts give the same bytes, whenever they were written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip file can tell."""
_TIMES = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def repacked(raw: bytes, change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """A workbook or a document without any time of writing.

    ``change`` gives the bytes of a part in place of those it has.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _TIMES.sub(b"", data)
            elif change is not None:
                data = change(name, data)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(info, data)
    return packed.getvalue()
