"""What the accounts, series and lines of money mean, in the words of the glossary.

A test holds that each account, series and line has its words here, and none has two.
"""

from __future__ import annotations

ACCOUNTS = {
    "outside": "the world outside: who has not come, or will not come",
    "pending": "asylum cases without a first decision at the IND; a case is one person",
    "decided": "decided in this step; nobody is left here at its end",
    "in_appeal": "waiting for a ruling",
    "rejected": "finally refused or closed, not yet departed",
    "accompanying": "other intake in the asylum phase: in reception, without a case of their own",
    "status_holders": "people with a permit in reception, waiting for a home",
    "transit": "status holders in a transit location",
    "family_pending": "family members whose application is pending",
    "family_travelling": "family members who may come and are on their way",
    "settled": "in a home, or outside reception when the permit came",
    "departed": "left the country, or gone out of sight before the decision",
    "case_source": "where asylum cases of other kinds come from and end",
    "other_cases": "asylum cases of other kinds at the IND, which need no bed",
    "ward_source": "where wards of Nidos come from, and where they are once of age",
    "wards": "unaccompanied minors under guardianship, in and outside COA",
    "place_market": "places that COA does not have",
    "places_ordered": "places on order",
    "places_open": "places open",
    "places_notice": "places under notice: in use, and paid until it ends",
    "no_bed": "the other side of the two accounts of sleepers",
    "beds": "people who sleep in a place",
    "beyond_places": "people who should be in a place and for whom there is none",
}

SERIES = {
    "occupancy": "people in a place of any type (transit is outside it)",
    "places": "places open or under notice",
    "need": "occupancy and shortage together, over the fill `reception.need_fill`",
    "shortage": "people who should be in a place and are not",
    "places_short": "need less places, where that is above zero",
    "emergency_share": "share of asylum seekers who are not in a regular place",
    "pending": "asylum cases without a first decision at the IND, all kinds",
    "in_appeal": "people waiting for a ruling",
    "rejected": "people finally refused or closed, not yet departed",
    "accompanying": "other intake in the asylum phase",
    "family_pending": "family members whose application is pending",
    "transit": "status holders in transit locations",
    "guardianship": "all wards of Nidos, in and outside COA",
    "inflow": "first, repeat and resettled applicants and family on arrival",
    "family_arrivals": "family on arrival",
    "other_intake": "births, re-entries and other entitled people, outside inflow",
    "decisions": "decisions of the IND on asylum cases of the groups, by outcome",
    "housed": "people who moved into a home from reception or from a transit location",
    "departed": "people who left before, at or after the decision, and accompanying people",
    "target": "status holders whom municipalities must house",
    "municipal_arrears": "arrears at the start and targets since, less people housed since",
    "waiting_months": "months waited by those decided in a month",
}

LINES = {
    "total": "`coa_nidos` and `ind` together",
    "coa_nidos": "`coa` and `nidos` together",
    "ind": "all work of the IND, asylum and other, and penalties",
    "coa": "places, people beyond all places, places made ready, and severance",
    "nidos": "guardianship of unaccompanied minors",
    "severance": "places given up by notice, once it has ended; inside `coa`",
    "beyond_places": "people beyond all places, at the price of a place; inside `coa`",
    "ind_asylum": "asylum and family work; inside `ind`",
    "ind_other": "all other work; inside `ind`",
    "penalties": "for decisions beyond the legal time; inside `ind`",
    "before_start": "days of the first year before the start; inside `total`",
    "penalties_owed": "penalties that no money is left for; outside `total`",
    "transit": "transit locations; outside `total`",
    "ukraine": "places for displaced people from Ukraine; outside `total`",
    "oda": "part of the cost of places that counts as development aid; a memo line",
}
