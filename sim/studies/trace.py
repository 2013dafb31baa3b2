"""One person, followed through the chain."""

from __future__ import annotations

from ..errors import usage_error
from ..reference.simulation import scaled, simulate_persons
from ..report.i18n import Language, translate
from ..scenario import Scenario
from .trace_text import head, life


def trace(scenario: Scenario, person: int, seed: int, scale: int, lang: Language) -> list[str]:
    """What happens to a person, a line a day on which something does; first who it is.

    ``scale``: the country is one ``scale``-th of its size. Raises ``ScenarioError`` if there are
    not so many people.
    """
    _, country = simulate_persons(scaled(scenario, 1 / scale), seed, follow=person)
    if person > len(country.people):
        what = f"there are {len(country.people):,} people in this run"
        usage_error("--person", what, "give a lower number, or a smaller --scale")
    someone = country.people[person - 1]
    diary = sorted(someone.diary, key=lambda entry: entry[0])
    lines = [head(person, someone.group, scenario, scale, lang)]
    lines += life(diary, scenario, country.when, lang)
    last = diary[-1][1] if diary else ""
    if not last.endswith(("departed", "settled", "outside", "ward_source")):
        end = country.when(float(country.world.clock.days - 1))
        lines.append(f"{end}  {translate('trace_goes_on', lang)}")
    return lines
