"""Template of a newer budget: a commented patch that adds a vintage, to be filled in."""

from __future__ import annotations

import json
import re

from ..errors import Message, usage_error
from .budget_schema import LINE_NAMES
from .schema import Scenario
from .template import head
from .validate import FIRST_YEAR, LAST_YEAR

AHEAD = 4
"""Years after its own that a Dutch budget has amounts for."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def vintage_text(
    name: str, base: str, extends: str, scenario: Scenario, vintage: str, year: int
) -> str:
    """Return the text of a patch that adds a budget vintage, with amounts from ``year`` on.

    ``name`` is that of the patch. What has to be filled in is empty, which is an error by line
    until it is. Raises ``ScenarioError`` for a name that is no key, or that the base has already.
    """
    if not NAME.fullmatch(vintage):
        what = Message("'{vintage}' can't be a key of a vintage", vintage=vintage)
        usage_error("--vintage", what, "use a-z, 0-9 and _, as in owb2026")
    if vintage in scenario.budget.vintages:
        what = Message("{base} has a vintage {vintage} already", base=base, vintage=vintage)
        usage_error("--vintage", what, "choose another name")
    if not FIRST_YEAR <= year <= LAST_YEAR - AHEAD:
        advice = Message("a year from {first} to {last}", first=FIRST_YEAR, last=LAST_YEAR - AHEAD)
        usage_error("--year", Message("{year} is no year of a budget", year=year), advice)
    source = f"BUDGET-{vintage.upper().replace('_', '-')}"
    return "\n".join(
        [
            *head(f"A newer budget on {base}: fill in what is empty.", extends),
            "title:",
            f"  en: {json.dumps(f'{name}: against a newer budget')}",
            f"  nl: {json.dumps(f'{name}: tegenover een nieuwere begroting')}",
            "description:",
            f"  en: The gap is measured against the budget {vintage}. What is short against it?",
            f"  nl: Het tekort is gemeten tegen de begroting {vintage}. Wat komt er dan tekort?",
            "",
            "# The document that the amounts are from. The licence says on what terms it may be",
            "# used, as in: CC0 1.0.",
            "sources:",
            f"  {source}:",
            "    title:      # author and title",
            "    number:     # number of the document",
            "    published:  # day of publication, as in 2025-09-16",
            "    licence:",
            "    address:    # where it can be read",
            "",
            "# The vintage that the gap is measured against; without this line it is beside the",
            "# others in the tables.",
            f"budget.headline: {vintage}",
            *_price_levels(scenario, year),
            "",
            f"budget.vintages.{vintage}:",
            "  title:",
            "    en:",
            "    nl:",
            "  published:    # day of publication, as in 2025-09-16",
            "  # Year of whose prices the amounts are. A draft budget mostly has the prices of the",
            f"  # year before it, so {year - 1} for one of {year}: its reading guide says so.",
            "  price_level:",
            "  status:       # draft, note of amendment, adopted, supplementary or realised",
            "  # net: the amount of the IND leaves its other income out; gross: it is in it.",
            "  ind_basis:",
            f"  # Whole euros by year, from {year} on; earlier years have no gap against this",
            "  # vintage. Take out the years that the document does not have.",
            f"  # Lines: {', '.join(LINE_NAMES[:8])},",
            f"  #   {', '.join(LINE_NAMES[8:])}.",
            "  lines:",
            "    coa_nidos:  # COA and Nidos together; needed for the total",
            *_line(source, year),
            "    ind:        # needed for the total",
            *_line(source, year),
            "",
        ]
    )


def _price_levels(scenario: Scenario, year: int) -> list[str]:
    """Ask for the price levels that the scenario lacks, up to the year before the budget's."""
    known = {level: number.single for level, number in sorted(scenario.budget.price_levels.items())}
    last = max(known)
    base = next((level for level, factor in known.items() if factor == 1), last)
    lines = [
        "",
        "# Price levels by which amounts of different years are compared: consumer prices of a",
        f"# year over those of the base year, {base}. {last} has {known[last]:g}. The year of",
        "# price_level below has to be among them.",
    ]
    asked = range(last + 1, year)
    if not asked:
        return [*lines, f"# Those from {min(known)} to {last} are there already."]
    lines.append("budget.price_levels:")
    for level in asked:
        lines += [
            f"  {level}:",
            "    value:      # prices of this year over those of the base year, as in 1.067",
            "    unit: factor",
            "    source:     # a source of the program, as CBS-CPI, or one declared above",
            "    where:",
        ]
    return lines


def _line(source: str, year: int) -> list[str]:
    return [
        "      unit: EUR/year",
        f"      source: {source}",
        "      where:    # article and page",
        "      value:",
        *(f"        {each}:" for each in range(year, year + AHEAD + 1)),
    ]
