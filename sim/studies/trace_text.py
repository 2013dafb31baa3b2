"""One life, line by line: when something happened, what, and where the person slept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..report.i18n import Language, translate
from ..scenario import Scenario

BEYOND = "beyond all places"


def life(
    diary: Iterable[tuple[float, str]],
    scenario: Scenario,
    when: Callable[[float], str],
    lang: Language,
) -> list[str]:
    """The diary of a person as lines of date and event; ``when`` gives the date of a moment."""
    lines = []
    for moment, entry in diary:
        before = f" {translate('trace_before', lang)}" if moment < 0 else ""
        lines.append(f"{when(moment)}  {event(entry, scenario, lang)}{before}")
    return lines


def event(entry: str, scenario: Scenario, lang: Language) -> str:
    """One entry of a diary in words."""
    if entry.startswith("bed "):
        bed = entry.removeprefix("bed ")
        if bed == BEYOND:
            return translate("trace_beyond", lang)
        place = getattr(scenario.reception.places[bed].title, lang)
        return translate("trace_bed", lang, place=place)
    if entry.startswith("start "):
        return translate(f"to_{entry.removeprefix('start ')}", lang)
    source, _, target = entry.partition(" -> ")
    again = source == "in_appeal" and target == "pending"
    return translate("again_pending" if again else f"to_{target}", lang)


def head(number: int, group: int, scenario: Scenario, scale: int, lang: Language) -> str:
    """Who it is: the number, the group, and in which country."""
    names = list(scenario.groups.values())
    who = getattr(names[group].title, lang) if group >= 0 else translate("trace_no_group", lang)
    title = getattr(scenario.title, lang)
    return translate("trace_head", lang, n=number, group=who, title=title, scale=scale)
