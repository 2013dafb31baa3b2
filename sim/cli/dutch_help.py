"""Dutch help screens: the texts of the commands and the words of the library around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from typer import Context

from ..report.i18n import help_texts

EXTRA = re.compile(
    r"(?P<text>.*?)\s*\[(?P<extra>(default: |required|\S+<=?x|x>|env var).*)\]", re.S
)
"""Help of a parameter, and what the library adds to it in brackets."""
WORDS = {"required": "verplicht", "default: ": "standaard: ", "range: ": "bereik: "}
USAGE = {"[OPTIONS]": "[OPTIES]", "COMMAND [ARGS]...": "OPDRACHT [ARGUMENTEN]..."}
HEADINGS = {"Options": "Opties", "Arguments": "Argumenten", "Commands": "Opdrachten"}


def in_dutch(text: str) -> str:
    """Return a text of help in Dutch, paragraph by paragraph; one without Dutch stays English."""
    parts = [" ".join(part.split()) for part in text.split("\n\n")]
    return "\n\n".join(help_texts().get(part, part) for part in parts)


def _with_extra(text: str) -> str:
    found = EXTRA.fullmatch(text)
    if found is None:
        return in_dutch(text)
    extra = found["extra"]
    for english, dutch in WORDS.items():
        extra = extra.replace(english, dutch)
    return f"{in_dutch(found['text'])}  [{extra}]".lstrip()


class DutchFormatter(Context.formatter_class):  # type: ignore[valid-type,misc]
    """Writes a help screen in Dutch."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        for english, dutch in USAGE.items():
            args = args.replace(english, dutch)
        super().write_usage(prog, args, prefix or "Gebruik: ")

    def write_text(self, text: str) -> None:
        super().write_text(in_dutch(text))

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(HEADINGS.get(name) or in_dutch(name)):
            yield

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([*_rows(rows)], col_max, col_spacing)


def _rows(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for words, about in rows:
        yield words, _with_extra(about)


class DutchContext(Context):
    """Context of a command that is asked for in Dutch."""

    formatter_class = DutchFormatter
