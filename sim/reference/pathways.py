"""Pathways of persons: one SimPy process per person.

``asylum_seeker`` from the application to a home or the border, ``status_holder`` from the permit to
a home, ``family_member`` from the application for reunification to the arrival,
``accompanying_person`` for those who come with others, ``unaccompanied_minor`` for a minor under
guardianship.
"""

from __future__ import annotations

from .population import Person, Population, Waiting

DECIDED, GAVE_UP = "decided", "gave up"
HOME, TRANSIT = "home", "transit"


def asylum_seeker(country: Population, person: Person) -> Waiting:
    """Follow an asylum seeker from the application to a home or departure.

    Waits for the IND, first come first served within the group; some give up. The IND grants,
    closes or rejects. Who is rejected may appeal; who wins in court goes back to the IND or gets
    the permit. Who is finally refused leaves after a while.
    """
    country.at_ind[person.group].append(person)
    news = yield from _news(country, person)
    if news == GAVE_UP:
        country.here -= person.here
        country.book(person, "pending", "departed", "newest")
        return
    country.book(person, "pending", "decided")
    if person.gone:
        _count(country, "closed")
        _leaves(country, person, "decided")
        return
    outcome = _outcome(country, person)
    _count(country, outcome)
    if outcome == "granted":
        country.grants_today.append(person.group)
        yield from _permit(country, person, "decided")
        return
    appeals = country.of_group("appeal_share", person.group)
    if outcome == "rejected" and country.happens(appeals):
        country.book(person, "decided", "in_appeal")
        yield from in_appeal(country, person)
        return
    country.book(person, "decided", "rejected")
    yield from rejected_person(country, person)


def rejected_person(country: Population, person: Person) -> Waiting:
    """Wait for departure after a final rejection, supervised or not."""
    group = country.world.groups[person.group]
    yield from country.stay(f"groups.{group}.departure_days", "departure.days_factor")
    if country.happens(country.number("departure.supervised_share")):
        _count(country, "supervised")
    _leaves(country, person, "rejected")


def in_appeal(country: Population, person: Person) -> Waiting:
    """Wait for the ruling: rejected, remitted to the IND, or granted by the court."""
    yield from country.stay("courts.delay_days")
    if not country.happens(country.number("courts.success_share")):
        country.book(person, "in_appeal", "rejected")
        yield from rejected_person(country, person)
    elif country.happens(country.number("courts.remittal_share")):
        country.book(person, "in_appeal", "pending")
        person.since = country.env.now
        yield from asylum_seeker(country, person)
    else:
        country.grants_today.append(person.group)
        yield from _permit(country, person, "in_appeal")


def status_holder(country: Population, person: Person) -> Waiting:
    """Wait in reception for a home, possibly in a transit location."""
    person.since = country.env.now
    country.for_home.append(person)
    country.new_need_today += 1
    yield from housing(country, person)


def housing(country: Population, person: Person) -> Waiting:
    """Wait for the municipality: a home, or a transit location and then a home."""
    news = yield from _news(country, person)
    if news == HOME:
        country.book(person, "status_holders", "settled")
        return
    country.book(person, "status_holders", "transit")
    yield from transit(country, person)


def transit(country: Population, person: Person) -> Waiting:
    """Stay in a transit location; afterwards housed before all others."""
    yield from country.stay("transit.stay_days")
    country.leaving_transit.append(person)
    yield from _news(country, person)
    country.book(person, "transit", "settled")


def family_member(country: Population, person: Person) -> Waiting:
    """Apply for reunification; decided first come, first served; then travel if granted."""
    country.at_family_desk.append(person)
    yield from _news(country, person)
    share = country.number("family.granted_share") * country.number("family.arrival_share")
    if not country.happens(share):
        country.book(person, "family_pending", "outside")
        return
    country.book(person, "family_pending", "family_travelling")
    yield from travelling(country, person)


def travelling(country: Population, person: Person) -> Waiting:
    """Travel with a visa; arrive in reception or directly in a home."""
    yield from country.stay("family.travel_days")
    country.family_came += 1
    if country.happens(country.number("family.straight_home_share")):
        country.book(person, "family_travelling", "settled")
        return
    country.book(person, "family_travelling", "status_holders")
    yield from status_holder(country, person)


def accompanying_person(country: Population, person: Person) -> Waiting:
    """Stay with asylum seekers (other intake): become a status holder with them, or leave."""
    yield from country.stay("other_intake.stay_days")
    country.here -= 1
    if country.happens(country.number("other_intake.to_status_share")):
        country.book(person, "accompanying", "status_holders")
        yield from status_holder(country, person)
    else:
        country.book(person, "accompanying", "departed")


def unaccompanied_minor(country: Population, person: Person) -> Waiting:
    """A minor without parents under guardianship, to the age of 18."""
    yield from country.stay("guardianship.stay_days")
    country.book(person, "wards", "ward_source")


def _news(country: Population, person: Person) -> Waiting:
    """Wait for the decision of an authority."""
    person.news = country.env.event()
    news = yield person.news
    return news


def _outcome(country: Population, person: Person) -> str:
    """Draw the decision of the IND on a person who has not left."""
    granted, closed = _shares(country, person.group)
    chance = country.chance.random() * (1 - country.gone_share(person.group))
    if chance < granted:
        return "granted"
    still_here = closed * (1 - country.number("departure.closed_left_share"))
    return "closed" if chance < granted + still_here else "rejected"


def _shares(country: Population, group: int) -> tuple[float, float]:
    """Shares granted and closed of a group today; after a hold the scenario's new rate."""
    name, world = country.world.groups[group], country.world
    granted = country.of_group("granted_share", group)
    closed = country.of_group("closed_share", group)
    today = world.clock.date_of(country.day)
    ended = sorted(
        (hold.ends, index)
        for index, hold in enumerate(world.scenario.ind.holds)
        if hold.group == name and hold.ends <= today
    )
    if ended:
        granted = country.number(f"ind.holds.{ended[-1][1]}.granted_after")
    return min(granted * country.number("ind.granted_factor"), 1 - closed), closed


def _permit(country: Population, person: Person, source: str) -> Waiting:
    """A permit: a status holder in reception, or at home already."""
    if not person.here:
        country.book(person, source, "settled")
        return
    country.here -= 1
    country.book(person, source, "status_holders")
    yield from status_holder(country, person)


def _leaves(country: Population, person: Person, source: str) -> None:
    """Leaves the country, and reception if they lived there."""
    if person.here:
        country.here -= 1
    country.book(person, source, "departed")


def _count(country: Population, outcome: str) -> None:
    country.world.ledger.tally(outcome, 1)
