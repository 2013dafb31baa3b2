"""Data: where numbers come from, all of them, what was done to them, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import opening
from ..report.labels import label, million, number
from ..report.listing import plain, spread_text
from ..scenario import Quantity, Scenario, quantities
from ..scenario.describe import Leaf, by_assumption, by_source
from ..scenario.shape import at
from .markdown import bullets, code, joined, paragraph, shortened, table
from .subject import Key, Subject, keys_of, rules, rules_in

VINTAGES = "budget.vintages"
LONGEST_GROUND = 90


def sources(subject: Subject) -> str:
    """Every source, with how many keys rest on it."""
    found = sorted(by_source(subject.scenario), key=lambda rest: -len(rest.keys))
    late = sum(str(rest.card.get("published", "")) > str(subject.scenario.start) for rest in found)
    return joined(
        [
            paragraph(
                f"The scenario rests on {len(found)} sources. The date is that of publication; "
                f"{late} came out after the first day of the run. A number cites its source by "
                "key. `opvangsim sources` also gives the address and the terms of use of each, and "
                "every number that rests on it.",
            ),
            table(
                ("key", "title", "number", "published", "numbers"),
                [
                    (
                        code(rest.name),
                        str(rest.card.get("title", "")),
                        str(rest.card.get("number", "")),
                        str(rest.card.get("published", "")),
                        str(len(rest.keys)),
                    )
                    for rest in found
                ],
            ),
        ]
    )


def parameters(subject: Subject) -> str:
    """Every key of the scenario, part by part, and the amounts of the budget."""
    scenario = subject.scenario
    numbered = assumption_numbers(scenario)
    keys = [key for key in keys_of(scenario) if not key.pattern.startswith(VINTAGES)]
    parts: dict[str, dict[str, list[Key]]] = {}
    for key in keys:
        part = key.pattern.partition(".")[0] if "." in key.pattern else "scenario"
        parts.setdefault(part, {}).setdefault(key.pattern, []).append(key)
    numbers = list(quantities(scenario))
    unsure = sum(quantity.spread is not None for _, quantity in numbers)
    blocks = [
        block
        for part, rows in parts.items()
        for block in (
            f"#### {part}",
            table(
                ("key", "meaning", "value", "unit", "spread", "ground"),
                [_row(same, numbered) for same in rows.values()],
            ),
        )
    ]
    return joined(
        [
            paragraph(
                f"The scenario holds {len(numbers)} numbers; {unsure} of them have a spread and "
                "are drawn once a replication, each by itself"
                + (f" but for {len(scenario.correlations)} pairs" if scenario.correlations else "")
                + ". A row is a key; a star stands for each group, "
                "month, place type or item of a list that has the key. Values by date hold until "
                "the next date, the first one also before its own. The ground is the key of a "
                "source and, where something was assumed, the number of the assumption in the part "
                "on assumptions.",
            ),
            *blocks,
            "#### budget amounts",
            _amounts(scenario, numbered),
        ]
    )


def _row(same: Sequence[Key], numbered: dict[str, str]) -> tuple[str, ...]:
    """One pattern of keys: meaning, values, unit, spread and ground."""
    meaning = at(Scenario, same[0].path)
    numbers = [key.value for key in same if isinstance(key.value, Quantity)]
    return (
        code(same[0].pattern),
        meaning.meaning if meaning else "",
        _each([(key.name, _value(key.value)) for key in same]),
        _each([(key.name, _unit(key.value)) for key in same]),
        _each([(key.name, _spread(key.value)) for key in same]),
        _ground(numbers, numbered),
    )


def _each(named: Sequence[tuple[str, str]]) -> str:
    """One text if it is the same for all that have the key, else each with its name."""
    texts = {text for _, text in named}
    if len(texts) == 1:
        return named[0][1]
    return "; ".join(f"{name}: {text}" for name, text in named if text)


def _value(value: Leaf) -> str:
    if not isinstance(value, Quantity):
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    if not isinstance(value.value, tuple):
        return plain(value.single, "en")
    way = ", on straight lines" if value.between == "straight" else ""
    dated = ", ".join(f"{plain(amount, 'en')} from {day}" for day, amount in value.pairs())
    return f"{dated}{way}"


def _unit(value: Leaf) -> str:
    if not isinstance(value, Quantity):
        return ""
    parts = [value.unit]
    if value.price_level is not None:
        parts.append(label("prices_of", "en", year=value.price_level))
    if value.fill is not None:
        parts.append(label("at_fill", "en", fill=number(value.fill * 100, "en", 1)))
    return ", ".join(parts)


def _spread(value: Leaf) -> str:
    return spread_text(value, "en") if isinstance(value, Quantity) else ""


def _ground(numbers: Iterable[Quantity], numbered: dict[str, str]) -> str:
    """Sources and assumptions of the numbers of a row; in words where there is only one."""
    grounds: dict[str, str] = {}
    for quantity in numbers:
        if quantity.source is not None:
            where = grounds.setdefault(code(quantity.source), quantity.where or "")
            if where != (quantity.where or ""):
                grounds[code(quantity.source)] = ""
        if quantity.assumption is not None:
            sentence = _sentence(quantity)
            grounds[numbered[sentence]] = sentence
    if len(grounds) > 2:
        return ", ".join(grounds)
    return "; ".join(
        f"{name}: {shortened(text, LONGEST_GROUND)}" if text else name
        for name, text in grounds.items()
    )


def _sentence(quantity: Quantity) -> str:
    return " ".join((quantity.assumption or "").split())


def assumption_numbers(scenario: Scenario) -> dict[str, str]:
    """Each sentence of assumption and its number in this text."""
    return {rest.name: f"A{n}" for n, rest in enumerate(by_assumption(scenario), start=1)}


def _amounts(scenario: Scenario, numbered: dict[str, str]) -> str:
    """The budget: a row a vintage and line, a column a year [EUR million]."""
    rows, years = [], set[int]()
    for vintage in scenario.budget.vintages.values():
        for quantity in vintage.lines.values():
            years |= {moment.year for moment, _ in quantity.pairs()}
    columns = sorted(years)
    for name, vintage in scenario.budget.vintages.items():
        for line, quantity in vintage.lines.items():
            held = [vintage.amount(line, year) for year in columns]
            amounts = ["" if amount is None else million(amount, "en") for amount in held]
            rows.append((code(name), code(line), *amounts, _ground([quantity], numbered)))
    cards = [
        (
            code(name),
            vintage.title.en,
            str(vintage.published),
            vintage.status,
            str(vintage.price_level),
            vintage.ind_basis,
        )
        for name, vintage in scenario.budget.vintages.items()
    ]
    return joined(
        [
            paragraph(
                f"{len(cards)} vintages stand side by side; the headline is "
                f"{code(scenario.budget.headline)}. A net vintage leaves out the other income of "
                "the IND, which is then taken off its cost as well. Amounts are in millions of "
                "euros and stand for their own year only.",
            ),
            table(("vintage", "title", "published", "status", "prices of", "IND"), cards),
            table(("vintage", "line", *map(str, columns), "ground"), rows),
        ]
    )


def preprocessing(subject: Subject) -> str:
    """How many numbers were worked out from a source, and what the program does to them."""
    scenario = subject.scenario
    numbers = [quantity for _, quantity in quantities(scenario)]
    read = sum(q.assumption is None for q in numbers)
    assumed = sum(q.source is None for q in numbers)
    levels = ", ".join(
        f"{year}: {plain(level.single, 'en')}"
        for year, level in scenario.budget.price_levels.items()
    )
    return joined(
        [
            paragraph(
                "The model reads no data beside the scenario. Of its numbers "
                f"{read} rest on a source alone, {len(numbers) - read - assumed} on a source with "
                f"an assumption (a split, a mean, a fit), and {assumed} on an assumption alone. "
                "What was worked out beforehand is said in the sentence of the number.",
            ),
            paragraph(
                "On loading, the files of a scenario are put together and checked: units, bounds, "
                "sums, dates, that each number has a source or an assumption, and that each amount "
                "in euros has the year of its prices. A file with a mistake does not run.",
            ),
            paragraph(
                "Amounts are brought to the price level of the headline vintage, "
                f"{scenario.headline.price_level}, by the levels of the scenario ({levels}). "
                "Opening stocks are made as follows:",
            ),
            rules(rules_in(opening, brief=True)),
        ]
    )


def assumptions(subject: Subject) -> str:
    """Decisions on the structure of the model, then every sentence of assumption."""
    scenario = subject.scenario
    found = by_assumption(scenario)
    patterns = {".".join(key.path): key.pattern for key in keys_of(scenario)}
    rows = [
        (
            f"A{n}",
            rest.name,
            ", ".join(dict.fromkeys(code(patterns[key]) for key in rest.keys)),
        )
        for n, rest in enumerate(found, start=1)
    ]
    return joined(
        [
            paragraph(
                "How the model is built rests on the decisions below. `DECISIONS.md` says of each "
                "why, what was rejected, and how one would notice that it was wrong.",
            ),
            bullets(f"Decision {heading}" for heading in subject.decisions),
            paragraph(
                f"The numbers of the scenario rest on {len(found)} sentences of assumption. "
                "`opvangsim sources` names every number below each.",
            ),
            table(("number", "assumption", "keys that rest on it"), rows),
        ]
    )
