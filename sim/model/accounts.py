"""The accounts of the ledger, the moves between them, and the tallies beside them.

Each account has a book: what it counts. People, other cases, wards, places and beds never change
into each other. All names of accounts come from here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

Width = Literal["one", "groups", "place_types"]
BOOKS_OF_PLACES = ("places", "beds")
"""Books of what people need; in all others stand people and their cases."""


class Account(IntEnum):
    """The accounts, each with its book and its width.

    ``external`` accounts (the world outside, those departed, homes) close the books and may run
    below zero. An ``aged`` account knows the calendar month in which each of its people came; with
    ``waits_to`` it keeps how long those waited who left for that account.
    """

    book: str
    width: Width
    external: bool
    aged: bool
    waits_to: str

    OUTSIDE = "people", "one", "external"
    PENDING = "people", "groups", "aged", "decided"
    DECIDED = "people", "groups"
    IN_APPEAL = "people", "groups"
    REJECTED = "people", "groups"
    ACCOMPANYING = "people", "one"
    STATUS_HOLDERS = "people", "one", "aged"
    TRANSIT = "people", "one"
    FAMILY_PENDING = "people", "one"
    FAMILY_TRAVELLING = "people", "one"
    SETTLED = "people", "one", "external"
    DEPARTED = "people", "one", "external"
    CASE_SOURCE = "other cases", "one", "external"
    OTHER_CASES = "other cases", "one"
    WARD_SOURCE = "wards", "one", "external"
    WARDS = "wards", "one"
    PLACE_MARKET = "places", "place_types", "external"
    PLACES_ORDERED = "places", "place_types"
    PLACES_OPEN = "places", "place_types"
    PLACES_NOTICE = "places", "place_types"
    PLACES_STANDBY = "places", "place_types"
    NO_BED = "beds", "one", "external"
    BEDS = "beds", "place_types"
    BEYOND_PLACES = "beds", "one"

    def __new__(cls, book: str, width: Width, kind: str = "", waits_to: str = "") -> Account:
        account = int.__new__(cls, len(cls.__members__))
        account._value_ = len(cls.__members__)
        account.book, account.width = book, width
        account.external, account.aged = kind == "external", kind == "aged"
        account.waits_to = waits_to
        return account


A = Account
MOVES = (
    (A.FAMILY_TRAVELLING, A.SETTLED),
    (A.FAMILY_TRAVELLING, A.STATUS_HOLDERS),
    (A.OUTSIDE, A.PENDING),
    (A.OUTSIDE, A.STATUS_HOLDERS),
    (A.OUTSIDE, A.ACCOMPANYING),
    (A.PENDING, A.DECIDED),
    (A.DECIDED, A.STATUS_HOLDERS),
    (A.DECIDED, A.SETTLED),
    (A.DECIDED, A.IN_APPEAL),
    (A.DECIDED, A.REJECTED),
    (A.DECIDED, A.DEPARTED),
    (A.CASE_SOURCE, A.OTHER_CASES),
    (A.OTHER_CASES, A.CASE_SOURCE),
    (A.IN_APPEAL, A.REJECTED),
    (A.IN_APPEAL, A.PENDING),
    (A.IN_APPEAL, A.STATUS_HOLDERS),
    (A.IN_APPEAL, A.SETTLED),
    (A.REJECTED, A.DEPARTED),
    (A.PENDING, A.DEPARTED),
    (A.ACCOMPANYING, A.STATUS_HOLDERS),
    (A.ACCOMPANYING, A.DEPARTED),
    (A.OUTSIDE, A.FAMILY_PENDING),
    (A.FAMILY_PENDING, A.FAMILY_TRAVELLING),
    (A.FAMILY_PENDING, A.OUTSIDE),
    (A.TRANSIT, A.SETTLED),
    (A.STATUS_HOLDERS, A.SETTLED),
    (A.STATUS_HOLDERS, A.TRANSIT),
    (A.WARD_SOURCE, A.WARDS),
    (A.WARDS, A.WARD_SOURCE),
    (A.PLACE_MARKET, A.PLACES_OPEN),
    (A.PLACES_OPEN, A.PLACE_MARKET),
    (A.PLACES_ORDERED, A.PLACES_OPEN),
    (A.PLACES_NOTICE, A.PLACE_MARKET),
    (A.PLACE_MARKET, A.PLACES_ORDERED),
    (A.PLACES_OPEN, A.PLACES_NOTICE),
    (A.PLACES_STANDBY, A.PLACES_ORDERED),
    (A.PLACES_NOTICE, A.PLACES_STANDBY),
    (A.NO_BED, A.BEDS),
    (A.BEDS, A.NO_BED),
    (A.NO_BED, A.BEYOND_PLACES),
    (A.BEYOND_PLACES, A.NO_BED),
)
"""The moves that the actors make. An extra actor may make others; the ledger adds them."""


class Tally(IntEnum):
    """Monthly sums of what is not a stock."""

    RESETTLED = 0
    OTHER_INTAKE = 1
    IND_PLANNED = 2
    IND_OTHER_DAYS = 3
    GRANTED = 4
    REJECTED = 5
    CLOSED = 6
    OVERDUE_DAYS = 7
    FIRST_YEAR_DAYS = 8
    SUPERVISED = 9
    FAMILY_STAFF = 10
    TARGET = 11
    COA_SPENT = 12
    DAYS = 13
