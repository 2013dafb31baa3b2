"""The style sheet of all charts: the shipped one, with one of a user's own on top of it.

A ministry's own sheet is a matplotlib style sheet that sets fonts and colours. It is named by the
environment variable ``OPVANGSIM_STYLE`` or by ``--style``. Font files beside it are used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import FontProperties, fontManager

from ..errors import Message, as_message, usage_error

VARIABLE = "OPVANGSIM_STYLE"
"""Environment variable that names a user's own style sheet."""
MAY_SET = ("axes.", "font.", "grid.", "hatch.", "legend.", "lines.", "patch.", "text.color",
           "xtick.", "ytick.", "figure.facecolor", "figure.title")  # fmt: skip
"""Beginnings of the keys that a user's sheet may set; the others would break layout or files."""
FONT_FILES = (".ttf", ".otf")


def font_folder() -> Path:
    """Return the folder of the font files that the package ships."""
    return Path(str(resources.files("sim") / "data" / "fonts"))


def style_sheet() -> Path:
    """Return the path of the style sheet in force: a user's own, or the shipped one."""
    own = os.environ.get(VARIABLE)
    return Path(own) if own else _shipped()


def _shipped() -> Path:
    return Path(str(resources.files("sim") / "data" / "opvangsim.mplstyle"))


@contextmanager
def own_style_sheet(path: Path) -> Iterator[None]:
    """Let a user's style sheet be in force in a ``with`` block; it is checked first."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(path)
    try:
        style_settings()
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def style_settings() -> Mapping[str, Any]:
    """Return the settings in force: those of the shipped style sheet, and a user's own over them.

    The fonts they name are known to matplotlib afterwards.
    """
    sheet = style_sheet()
    try:
        changed = sheet.stat().st_mtime_ns
    except OSError:
        usage_error(str(sheet), "there is no such file", _advice())
    return _read(sheet, changed)


@lru_cache
def _read(sheet: Path, _changed: int) -> Mapping[str, Any]:
    """Return the settings of a style sheet over those of the shipped one."""
    _register(font_folder())
    found = _parsed(_shipped())
    if sheet != _shipped():
        _register(sheet.parent)
        found |= _own(sheet)
    return found


def _parsed(sheet: Path) -> dict[str, Any]:
    read: Any = mpl.rc_params_from_file(sheet, fail_on_error=True, use_default_template=False)
    return dict(read)


def _own(sheet: Path) -> Mapping[str, Any]:
    """Return the settings of a user's style sheet; refuse one that can't be used."""
    try:
        lines = sheet.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        usage_error(str(sheet), "this is not a text file that can be read", _advice())
    for place, line in enumerate(lines, 1):
        key, colon, _ = line.strip().partition(":")
        if not key or key.startswith("#"):
            continue
        where = f"{sheet}:{place}"
        if not colon or key.strip() not in mpl.rcParams:
            what = Message("'{key}' is not a key of a style sheet", key=key.strip())
            usage_error(where, what, _advice())
        if not key.strip().startswith(MAY_SET):
            what = Message("a style sheet can't set '{key}'", key=key.strip())
            usage_error(where, what, "leave it out; set fonts and colours")
    try:
        found = _parsed(sheet)
    except ValueError as error:
        reason = as_message(str(error).rpartition("): ")[2].strip())
        what = Message("a value can't be read: {reason}", reason=reason)
        usage_error(str(sheet), what, _advice())
    family = found.get("font.family", [])
    if family and not any(_is_known(name) for name in family):
        what = Message("no font is called {names}", names=", ".join(family))
        usage_error(str(sheet), what, "install the font, or put its .ttf files beside the sheet")
    return found


def _advice() -> str:
    return "write KEY: VALUE on each line, as in sim/data/opvangsim.mplstyle"


def _is_known(family: str) -> bool:
    """Return whether matplotlib finds a font of this name."""
    try:
        fontManager.findfont(FontProperties(family=[family]), fallback_to_default=False)
    except ValueError:
        return False
    return True


def _register(folder: Path) -> None:
    """Make the font files of a folder known to matplotlib, each once."""
    known = {entry.fname for entry in fontManager.ttflist}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in FONT_FILES and str(file) not in known:
            fontManager.addfont(str(file))


# -- colours ----------------------------------------------------------------------------------


def colour(name: str) -> str:
    """Return a colour of the style sheet in force as #rrggbb: of its cycle by C0, C1 and so on.

    A cycle of fewer colours begins again, as in matplotlib.
    """
    if name[:1] != "C" or not name[1:].isdigit():
        return to_hex(name)
    cycle = style_settings()["axes.prop_cycle"].by_key()["color"]
    return to_hex(cycle[int(name[1:]) % len(cycle)])


def tint(name: str, share: float, paper: str = "white") -> str:
    """Return a colour mixed with that of the paper, of which ``share`` is the colour."""
    mixed = (share * a + (1 - share) * b
             for a, b in zip(to_rgb(colour(name)), to_rgb(colour(paper)), strict=True))  # fmt: skip
    red, green, blue = mixed
    return to_hex((red, green, blue))
