"""One person, followed through the chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..errors import Message, usage_error
from ..reference.simulation import scaled, simulate_persons
from ..report.i18n import Language, translate
from ..scenario import Scenario


def trace(scenario: Scenario, person: int, seed: int, scale: int, lang: Language) -> list[str]:
    """What happens to a person, a line a day on which something does; first who it is."""
    who, events = followed(scenario, person, seed, scale, lang)
    return [who, *(f"{day}  {what}" for day, what in events)]


def followed(
    scenario: Scenario, person: int, seed: int, scale: int, lang: Language
) -> tuple[str, list[tuple[str, str]]]:
    """Return who a person is, and what happens to them: the date and the event in words.

    ``scale``: the country is one ``scale``-th of its size. Raises ``ScenarioError`` if there are
    not so many people.
    """
    _, country = simulate_persons(scaled(scenario, 1 / scale), seed, follow=person)
    if person > len(country.people):
        what = Message("there are {count:,} people in this run", count=len(country.people))
        usage_error("--person", what, "give a lower number, or a smaller --scale")
    someone = country.people[person - 1]
    diary = sorted(someone.diary, key=lambda entry: entry[0])
    events = life(diary, scenario, country.when, lang)
    last = diary[-1][1] if diary else ""
    if not last.endswith(("departed", "settled", "outside", "ward_source")):
        end = country.when(float(country.world.clock.days - 1))
        events.append((end, translate("trace_goes_on", lang)))
    return head(person, someone.group, scenario, scale, lang), events


BEYOND = "beyond all places"


def life(
    diary: Iterable[tuple[float, str]],
    scenario: Scenario,
    when: Callable[[float], str],
    lang: Language,
) -> list[tuple[str, str]]:
    """The diary of a person as dates and events; ``when`` gives the date of a moment."""
    events = []
    for moment, entry in diary:
        before = f" {translate('trace_before', lang)}" if moment < 0 else ""
        events.append((when(moment), f"{event(entry, scenario, lang)}{before}"))
    return events


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
