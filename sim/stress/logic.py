"""Logic: the diagram, what happens in a step, what a scenario changes, rules and components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType

from .. import budget, family, inflow, means, outflow, prices, procedure, reception
from ..engine import ACTORS, accounts
from ..ledger import Account
from ..report.listing import plain, value_text
from ..scenario import Quantity, Scenario
from ..scenario.describe import Leaf, leaves
from ..scenario.grammar import Opening, PlaceType
from ..world import Whole, hazard, year_fraction
from . import words
from .markdown import bullets, code, joined, listed, paragraph, table
from .subject import (
    Move,
    Subject,
    books,
    by_hour,
    doc,
    first_line,
    keys_of,
    module_of,
    moves_of,
    opening_stocks,
    rules,
    rules_in,
)

CHAIN: tuple[ModuleType, ...] = (inflow, procedure, family, outflow, reception, means)
MONEY: tuple[ModuleType, ...] = (prices, budget)
PEOPLE = "people"
MOST_KEYS = 6
DELAYS = ("rejected", "accompanying", "family_travelling", "wards")


def _accounts(scenario: Scenario) -> list[Account]:
    return accounts(len(scenario.groups), len(scenario.reception.places))


def diagram(subject: Subject) -> str:
    """The book of people as a flow chart: accounts, and who moves people between them."""
    scenario = subject.scenario
    people = [account for account in _accounts(scenario) if account.book == PEOPLE]
    names = {account.name for account in people}
    nodes = [
        f"    {account.name}([{account.name}])" if account.external else f"    {account.name}"
        for account in people
    ]
    arrows = [
        f"    {source} -->|{actor.__name__}| {target}"
        for _, actor in by_hour()
        for source, target in moves_of(scenario, actor)
        if {source, target} <= names
    ]
    others = [book for book in books(_accounts(scenario)) if book != PEOPLE]
    return joined(
        [
            paragraph(
                "Each box is an account of the book of people, each arrow a move that the model "
                "makes, with the actor that makes it. Rounded boxes lie outside the model. "
                f"Beside it there are books of {listed(others)}, whose moves stand in the next "
                "part.",
            ),
            "\n".join(["```mermaid", "flowchart LR", *nodes, *arrows, "```"]),
        ]
    )


def base_logic(subject: Subject) -> str:
    """What happens in a step, actor by actor, with the moves each makes."""
    blocks = []
    for hour, actor in by_hour():
        moves = moves_of(subject.scenario, actor)
        blocks.append(
            joined(
                [
                    f"**{hour} h: {actor.__name__}** ({code(module_of(actor))})",
                    paragraph(doc(actor)),
                    paragraph(f"Moves: {_moves(moves)}." if moves else ""),
                ]
            )
        )
    return joined(
        [
            paragraph(
                f"In each step {len(ACTORS)} actors have their turn, by their hours. The hour "
                "only sets the order: all of them see the day as it stands at their turn. An actor "
                "looks at the numbers of the scenario that hold on that day, at its draws and at "
                "the ledger, and changes stocks by moves from one account to another; some sums "
                "that are no stocks are booked beside them. A move takes as many out of the one as "
                "it puts into the other, so nobody is lost; a stock below zero stops the run.",
            ),
            *blocks,
        ]
    )


def _moves(moves: list[Move]) -> str:
    return ", ".join(f"{code(source)} to {code(target)}" for source, target in moves)


def scenario_logic(subject: Subject) -> str:
    """How a scenario changes the model, what changes on a date, and what each shipped one sets."""
    scenario = subject.scenario
    base = dict(leaves(scenario))
    patterns = {".".join(key.path): key.pattern for key in keys_of(scenario)}
    rows = []
    for name, other in subject.others.items():
        changed = _changed(base, patterns, other)
        shown = ", ".join(code(key) for key in changed[:MOST_KEYS])
        more = len(changed) - MOST_KEYS
        rows.append(
            (
                code(name),
                f"{other.start} to {other.until}",
                other.closing,
                f"{shown} and {more} more" if more > 0 else shown,
            )
        )
    return joined(
        [
            paragraph(
                "The logic is the same in all scenarios; only numbers, dates and a few choices "
                "differ. A patch names the keys it changes and stands on another scenario for the "
                "rest. In a chain the later patch wins. A number that a patch sets keeps its unit "
                "and rests on the patch's own source or sentence.",
            ),
            paragraph("What changes on a date in the scenario described here:"),
            bullets(_dated(scenario)),
            paragraph("What each shipped scenario changes:"),
            table(("scenario", "runs", "closing", "keys that differ"), rows),
        ]
    )


def _changed(base: Mapping[str, Leaf], patterns: dict[str, str], other: Scenario) -> list[str]:
    """Patterns of the keys in which a scenario differs, those that one of the two lacks too."""
    theirs = dict(leaves(other))
    known = patterns | {".".join(key.path): key.pattern for key in keys_of(other)}
    keys = [key for key in [*base, *theirs] if base.get(key) != theirs.get(key)]
    return list(dict.fromkeys(known[key] for key in keys if key in known))


def _dated(scenario: Scenario) -> Iterator[str]:
    """Holds, planned openings and endings, and numbers that have values by date."""
    for hold in scenario.ind.holds:
        yield (
            f"{scenario.groups[hold.group].title.en}: no decisions from {hold.begins} until "
            f"{hold.ends}; after that {plain(hold.granted_after.single, 'en')} is granted."
        )
    for key in keys_of(scenario):
        several = isinstance(key.value, Quantity) and len(key.value.pairs()) > 1
        if several and not key.pattern.startswith("budget.vintages"):
            yield f"{code('.'.join(key.path))}: {value_text(key.value, 'en')}."
    yield (
        "Places open and end between two dates, and the amounts of the budget are by calendar "
        "year: see the tables of place types and of input parameters."
    )


def algorithms(subject: Subject) -> str:  # noqa: ARG001
    """The rules in words that stand with the functions of the model."""
    return joined(
        [
            paragraph(
                "Below are the rules that the actors call, as they stand with the code; in "
                "brackets the form of what goes in and out, with the replication first.",
            ),
            f"In {code(module_of(hazard))}:",
            rules((hazard, year_fraction, Whole)),
            *(_rules(module) for module in CHAIN),
            paragraph("And how people and places become money:"),
            *(_rules(module) for module in MONEY),
        ]
    )


def _rules(module: ModuleType) -> str:
    found = rules_in(module)
    if not found:
        return ""
    return joined(
        [
            f"In {code(module_of(found[0]))}:",
            rules(found),
        ]
    )


def components(subject: Subject) -> str:
    """Entities, activities, resources, queues, and where people come in and go out."""
    scenario = subject.scenario
    return joined(
        [
            "#### Entities",
            paragraph(
                "People are counted, not followed: a stock is a whole number of people in each "
                "replication. The stocks of those who wait for the IND or for a home also know "
                f"the month in which people came. {len(scenario.groups)} groups of asylum seekers "
                "are told apart until their procedure ends; as status holders they are one stock. "
                "A second, slow model (`sim/persons`) follows each person as a process of its own; "
                "it serves to check this one and to trace a life.",
            ),
            _groups(scenario),
            paragraph("Counted beside people, in books of their own:"),
            bullets(
                f"{book}: {'; '.join(words.ACCOUNTS[a.name] for a in found if not a.external)}."
                for book, found in books(_accounts(scenario)).items()
                if book != PEOPLE
            ),
            "#### Activities",
            table(
                ("hour", "actor", "what it does"),
                [(str(hour), code(actor.__name__), first_line(actor)) for hour, actor in by_hour()],
            ),
            "#### Resources",
            _resources(scenario),
            _place_types(scenario),
            _planned_places(scenario),
            "#### Queues",
            _queues(scenario),
            "#### Entry and exit points",
            _doors(scenario),
        ]
    )


def _groups(scenario: Scenario) -> str:
    rows = [
        (
            group.title.en,
            code(name),
            group.intake,
            plain(group.intake_share.single, "en"),
            plain(group.opening_pending.single, "en"),
            value_text(group.granted_share, "en").removesuffix(" share"),
            value_text(group.closed_share, "en").removesuffix(" share"),
        )
        for name, group in scenario.groups.items()
    ]
    head = ("group", "name", "applications", "share of them", "cases at the start")
    return table((*head, "share granted", "share closed"), rows)


def _resources(scenario: Scenario) -> str:
    """What is short in the chain: work, homes, places."""
    capacity, transit = scenario.ind.capacity, scenario.transit
    rows: list[tuple[str, Quantity, str]] = [
        ("work at the IND", capacity.planned, f"mode `{capacity.mode}`, times `realised`"),
        (
            "work on cases of other kinds",
            scenario.ind.other_cases.output,
            "grows and shrinks with the work at the IND",
        ),
        ("staff of the family desk", scenario.family.staff, "times `productivity`"),
        ("homes for status holders", scenario.housing.homes, "transit locations first"),
        ("places in transit locations", transit.places, "filled from reception when free"),
    ]
    return joined(
        [
            table(
                ("resource", "amount", "how it is used"),
                [(name, value_text(amount, "en"), how) for name, amount, how in rows],
            ),
            paragraph(
                "Places in reception are filled in the order of their rank, first to the planned "
                "fill and then, if people are left, to the last bed. Types with an order "
                "limit can be ordered by the capacity desk, within that limit; those with notice "
                "can be given up by it. Of planned openings the share `openings_realised` comes "
                "true, later than planned by `openings_delay`.",
            ),
        ]
    )


def _place_types(scenario: Scenario) -> str:
    stocks = opening_stocks(scenario)["places_open"][0]
    rows = [
        (
            place.title.en,
            code(name),
            str(place.fill_rank),
            plain(place.opening_people.single, "en"),
            plain(float(stocks[index]), "en"),
            value_text(place.order_limit, "en") if place.order_limit else "none",
            "yes" if place.notice else "no",
            _price(place.price) or _price_of_rest(scenario, name),
            _price(place.resident_price),
        )
        for index, (name, place) in enumerate(scenario.reception.places.items())
    ]
    head = ("type", "name", "rank", "people at the start", "places at the start", "order limit")
    return table((*head, "notice", "price of a place", "price per resident"), rows)


def _price(price: Quantity | None) -> str:
    if price is None:
        return ""
    return f"{value_text(price, 'en')}, prices of {price.price_level}"


def _price_of_rest(scenario: Scenario, name: str) -> str:
    return "from the mean of its wider type" if name == scenario.prices.emergency_rest else ""


def _planned_places(scenario: Scenario) -> str:
    rows = [
        (code(name), kind, str(plan.begins), str(plan.ends), value_text(plan.places, "en"))
        for name, place in scenario.reception.places.items()
        for kind, plan in _plans(place)
    ]
    rows += [
        (code(name), "fixed stock", "", "", value_text(place.level, "en"))
        for name, place in scenario.reception.places.items()
        if place.level is not None
    ]
    return table(("type", "plan", "from", "until", "places"), rows) if rows else ""


def _plans(place: PlaceType) -> Iterator[tuple[str, Opening]]:
    for kind, plans in (("opens", place.openings), ("ends", place.endings)):
        for plan in plans:
            yield kind, plan


def _queues(scenario: Scenario) -> str:
    """Who waits, for what, and in which order they go."""
    order = {
        "weights": "groups share capacity by their waiting work times `queue_weight`; within a "
        "group who came first goes first",
        "oldest_first": "who came first goes first, over all groups",
        "newest_first": "who came last goes first, over all groups",
    }[scenario.ind.order]
    return joined(
        [
            table(
                ("queue", "waits for", "order"),
                [
                    ("`pending`", "a decision of the IND", f"{order}; a group on hold waits"),
                    ("`in_appeal`", "a ruling", "none: each has the same chance each day"),
                    ("`family_pending`", "the family desk", "none kept: it is one plain stock"),
                    (
                        "`status_holders`",
                        "a home, or a transit place",
                        "who came first goes first, once the minimum stay is over; people from "
                        "transit locations before them",
                    ),
                    (
                        "`transit`",
                        "a home",
                        "none: each has the same chance each day, as far as there are homes",
                    ),
                    ("`other_cases`", "a decision of the IND", "none kept: it is one plain stock"),
                    ("`places_ordered`", "their opening", "open when the lead time is over"),
                    ("`places_notice`", "their end", "end when the notice is over"),
                ],
            ),
            paragraph(
                "Nobody enters a transit location that is full; no other queue has a limit. "
                f"{listed([code(name) for name in DELAYS])} are delays: people leave them at a "
                "constant rate, whatever there is of work or places. People for whom there is no "
                "place are counted beyond all places; they stay in the chain, and nothing in their "
                "procedure changes.",
            ),
        ]
    )


def _doors(scenario: Scenario) -> str:
    """External accounts: what comes in through each and what goes out."""
    moves = [move for actor in ACTORS for move in moves_of(scenario, actor)]
    rows = []
    for account in _accounts(scenario):
        if not account.external:
            continue
        into = [code(target) for source, target in moves if source == account.name]
        out = [code(source) for source, target in moves if target == account.name]
        rows.append(
            (code(account.name), words.ACCOUNTS[account.name], ", ".join(into), ", ".join(out))
        )
    return table(("account", "what it is", "from it into", "into it from"), rows)
