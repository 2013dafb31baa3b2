"""Style of all HTML pages: colours and font, in one style sheet (``sim/data/house.css``)."""

from __future__ import annotations

import base64
from importlib import resources

FONTS = {"400": "open-sans-latin-400.woff2", "600 700": "open-sans-latin-600.woff2"}
"""Files of the font by weight: a Latin subset, in ``sim/data/fonts``."""


def house_css() -> str:
    """Return the colours and shared parts of all pages as CSS."""
    return (resources.files("sim") / "data" / "house.css").read_text("utf-8")


def font_css() -> str:
    """Return the font of all pages as CSS that contains its files and so needs no request."""
    return "".join(
        f'@font-face {{ font-family: "Open Sans"; font-weight: {weight}; font-display: swap;\n'
        f'  src: url("data:font/woff2;base64,{base64.b64encode(font_file(name)).decode()}") '
        'format("woff2"); }\n'
        for weight, name in FONTS.items()
    )


def font_file(name: str) -> bytes:
    """Return a file of the font."""
    return (resources.files("sim") / "data" / "fonts" / name).read_bytes()
