"""Texts that stand for numbers: what may be read in two ways, and what to write instead.

A dot that is followed by three digits parts thousands in Dutch and decimals in YAML, and a plus
sign may ask for a number or for that much more. Neither is guessed.
"""

from __future__ import annotations

import re

from ..errors import Message
from .relative import EXAMPLE, NOT_INHERITED, is_attempt, parse_relative

THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
PLUS = re.compile(r"\+ ?[\d.][\d_.,]*([eE][-+]?\d+)?", re.ASCII)
IN_DIGITS = "write it in digits, as in 26500 or 0.91"


def is_read_in_two_ways(text: str) -> bool:
    """Whether a text is a number in two ways: with a dot before three digits, or a plus sign."""
    return THOUSANDS.fullmatch(text) is not None or PLUS.fullmatch(text) is not None


def two_readings(text: str) -> tuple[str, str]:
    """Return what a number with a dot before three digits may be, and how to write each."""
    whole = text.replace(".", "")
    if text.count(".") > 1:
        what = Message(
            "'{text}' is not a number: dots cannot be used as thousands separators", text=text
        )
        return what, Message("write {whole}", whole=whole)
    plain = text.rstrip("0").rstrip(".")
    if plain == text:
        plain = f"{text}0"
    what = Message(
        "'{text}' may be {whole} or {number}", text=text, whole=whole, number=f"{float(text):g}"
    )
    return what, Message("write {whole}, or {plain} if that is meant", whole=whole, plain=plain)


def plus_sign(text: str, more: str = "") -> tuple[str, str]:
    """Return what a number with a plus sign may be, and how to write each.

    ``more`` says what it comes to as an increment, if that is known.
    """
    bare = text.lstrip("+ ")
    what = Message("'{text}' may be {bare} or {bare} more than is inherited", text=text, bare=bare)
    if more:
        return what, Message(
            "write {bare}, or {more}, or a percentage, as in +10%", bare=bare, more=more
        )
    return what, Message("write {bare}, or the sum, or a percentage, as in +10%", bare=bare)


def what_instead(text: str) -> tuple[str, str]:
    """Return what is wrong with a text where a number belongs, and what to write instead."""
    found = Message("expected a number, found {found}", found=repr(text))
    bare = text.strip()
    if parse_relative(bare):
        return Message(
            "nothing is inherited that '{text}' is relative to", text=bare
        ), NOT_INHERITED
    if THOUSANDS.fullmatch(bare):
        return two_readings(bare)
    if PLUS.fullmatch(bare):
        return plus_sign(bare)
    return found, EXAMPLE if is_attempt(bare) else IN_DIGITS
