"""What scenarios, the grammar and the cards of sources say, in the language of the reader.

They are written in English. The Dutch of every sentence that is shipped stands in
``sim/locale/nl.po``; a user's own scenario is in the user's own words.
"""

from __future__ import annotations

from ..scenario import Text
from .i18n import Language, dutch

PATCH = "patch "
"""How the ground of a number begins that a patch sets without one of its own."""


def said(text: str | None, lang: Language, described: Text | None = None) -> str:
    """A sentence in a language, on one line; as it is written where no other is known.

    ``described``: what the scenario says of itself. A number that a patch sets without a ground of
    its own rests on this, and a patch says it in both languages.
    """
    words = _plain(text or "")
    if lang == "en":
        return words
    name, mark, about = words.partition(": ")
    if described is not None and name.startswith(PATCH) and about == _plain(described.en):
        return f"{name}{mark}{_plain(described.nl)}"
    return dutch().get(words, words)


def _plain(text: str) -> str:
    return " ".join(text.split())
