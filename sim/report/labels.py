"""Every word a reader sees, in English and Dutch, and how numbers are written in each."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "nl"]

LABELS: dict[str, dict[Language, str]] = {
    "year": {"en": "year", "nl": "jaar"},
    "cost": {"en": "cost", "nl": "kosten"},
    "budget": {"en": "budget", "nl": "begroting"},
    "gap": {"en": "gap", "nl": "tekort"},
    "mean_gap": {"en": "mean gap", "nl": "gemiddeld"},
    "band80": {"en": "80 % band of the gap", "nl": "80 %-band van het tekort"},
    "p_gap": {"en": "P(gap > 0)", "nl": "P(tekort > 0)"},
    "no_budget": {"en": "none yet", "nl": "nog geen"},
    "before_start": {
        "en": "{year} is a whole year: {amount} million is booked for the days before {date}, at "
        "the stocks of that day.",
        "nl": "{year} is een heel jaar: {amount} miljoen is geboekt voor de dagen tot {date}, op "
        "de standen van die dag.",
    },
    "million": {"en": "EUR million", "nl": "€ mln"},
    "prices_of": {"en": "prices of {year}", "nl": "prijspeil {year}"},
    "prices_nominal": {"en": "prices of each year", "nl": "lopende prijzen"},
    "gap_title": {
        "en": "COA, Nidos and IND together against the {vintage}",
        "nl": "COA, Nidos en IND samen tegen de {vintage}",
    },
    "levels_title": {
        "en": "The same people at three price levels: median gap, and the check of 2024",
        "nl": "Dezelfde mensen op drie prijsniveaus: mediaan tekort, en de toets op 2024",
    },
    "level": {"en": "price level", "nl": "prijsniveau"},
    "level_document": {"en": "the document's prices", "nl": "prijzen uit het Kamerstuk"},
    "level_coa_price": {"en": "COA's prices per resident", "nl": "COA-prijzen per bewoner"},
    "level_paid_2024": {"en": "as paid to COA in 2024", "nl": "zoals aan COA betaald in 2024"},
    "check_2024": {"en": "COA in 2024", "nl": "COA in 2024"},
    "check_note": {
        "en": "COA puts its cost of 2024 at almost {own}; {paid} was paid. Nearest to COA's own "
        "figure: {nearest}.",
        "nl": "COA noemt voor 2024 bijna {own} aan kosten; {paid} is betaald. Het dichtst bij het "
        "eigen cijfer: {nearest}.",
    },
    "reception_title": {
        "en": "Reception at the year's end, in thousands (mean, 80 % band)",
        "nl": "Opvang aan het eind van het jaar, in duizenden (gemiddeld, 80 %-band)",
    },
    "need": {"en": "need", "nl": "behoefte"},
    "places": {"en": "places", "nl": "plekken"},
    "shortage": {"en": "shortage", "nl": "tekort aan plekken"},
    "status_holders": {"en": "status holders", "nl": "statushouders"},
    "pending": {"en": "pending at the IND", "nl": "voorraad IND"},
    "people_short": {"en": "people without a place", "nl": "mensen zonder plek"},
    "places_short": {"en": "places short of need", "nl": "plekken te weinig"},
    "short_title": {
        "en": "What is short when spending follows the budget, in thousands (median, 80 % band; "
        "year's mean, pending at its end)",
        "nl": "Wat ontbreekt als de uitgaven de begroting volgen, in duizenden (mediaan, "
        "80 %-band; jaargemiddelde, voorraad aan het eind)",
    },
    "short_note": {
        "en": "What goes first: guardianship of minors is paid before places; the dearest "
        "emergency places go first, regular places last; all work of the IND shrinks alike, and "
        "penalties are paid from what is left of its money.",
        "nl": "Wat het eerst gaat: de voogdij over minderjarigen gaat voor plekken; de duurste "
        "noodopvang gaat het eerst dicht, reguliere plekken het laatst; al het werk van de IND "
        "krimpt evenveel, en dwangsommen worden betaald uit wat er dan over is.",
    },
    "mean_line": {
        "en": "Cost and gap are medians: as likely more as less; gap > 0 means money short.",
        "nl": "Kosten en tekort zijn medianen: even waarschijnlijk meer als minder; "
        "tekort > 0 is geld te kort.",
    },
    "written": {
        "en": "Tables and charts lie in {folder}",
        "nl": "Tabellen en grafieken staan in {folder}",
    },
    "overview_title": {
        "en": "What each scenario makes of 2027",
        "nl": "Wat elk scenario van 2027 maakt",
    },
    "overview_need": {"en": "need, thousand places", "nl": "behoefte, duizend plekken"},
    "overview_gap": {"en": "gap, EUR billion", "nl": "tekort, € mld"},
    "overview_note": {
        "en": "Median (dot and number) and 80 % band; line: the baseline. Gap against the draft "
        "budget 2025, at the document's prices of 2024 where the scenario says nothing else; where "
        "spending follows the budget places are short instead. opvangsim, 100 replications by the "
        "week.",
        "nl": "Mediaan (punt en getal) en 80 %-band; lijn: het basispad. Tekort tegen de "
        "ontwerpbegroting 2025, op de prijzen uit het Kamerstuk (prijspeil 2024) tenzij het "
        "scenario anders zegt; waar de uitgaven de begroting volgen ontbreken juist plekken. "
        "opvangsim, 100 replicaties per week.",
    },
    "list_gap": {"en": "gap 2027, EUR bn (80 %)", "nl": "tekort 2027, € mld (80 %)"},
    "list_closed": {"en": "none: people are short", "nl": "geen: mensen zonder plek"},
    "list_name": {"en": "scenario", "nl": "scenario"},
    "list_about": {"en": "about", "nl": "over"},
    "trace_head": {
        "en": "Person {n}, {group} ({title}; a country of one {scale}th of the size)",
        "nl": "Persoon {n}, {group} ({title}; een land van een {scale}e van de omvang)",
    },
    "trace_no_group": {"en": "without a case of their own", "nl": "zonder eigen zaak"},
    "trace_goes_on": {"en": "the run ends here", "nl": "hier eindigt de run"},
    "trace_before": {"en": "(before the start)", "nl": "(voor het begin)"},
    "trace_bed": {"en": "sleeps in: {place}", "nl": "slaapt in: {place}"},
    "trace_beyond": {"en": "there is no place", "nl": "er is geen plek"},
    "to_pending": {"en": "applies for asylum", "nl": "vraagt asiel aan"},
    "to_decided": {"en": "the IND decides", "nl": "de IND beslist"},
    "to_in_appeal": {"en": "is rejected and appeals", "nl": "wordt afgewezen en gaat in beroep"},
    "to_rejected": {"en": "is finally refused", "nl": "is definitief afgewezen"},
    "to_departed": {"en": "has left the country", "nl": "heeft het land verlaten"},
    "to_status_holders": {
        "en": "holds a status and waits for a home in reception",
        "nl": "heeft een status en wacht in de opvang op een woning",
    },
    "to_settled": {"en": "moves into a home", "nl": "krijgt een woning"},
    "to_transit": {"en": "moves to a transit location", "nl": "verhuist naar doorstroom"},
    "to_accompanying": {"en": "comes in with others", "nl": "komt mee met anderen"},
    "to_family_pending": {
        "en": "asks to join the family (nareis)",
        "nl": "vraagt nareis aan",
    },
    "to_family_travelling": {
        "en": "may come and prepares the journey",
        "nl": "mag komen en bereidt de reis voor",
    },
    "to_outside": {"en": "is refused or does not come", "nl": "wordt afgewezen of komt niet"},
    "to_wards": {"en": "gets a guardian", "nl": "krijgt een voogd"},
    "to_ward_source": {"en": "comes of age", "nl": "wordt volwassen"},
    "again_pending": {
        "en": "wins in court: the IND decides again",
        "nl": "wint bij de rechter: de IND beslist opnieuw",
    },
    "series_inflow": {
        "en": "inflow",
        "nl": "instroom",
    },
    "series_people_in_reception": {"en": "in reception", "nl": "in de opvang"},
    "series_status_holders": {"en": "status holders", "nl": "statushouders"},
    "series_pending": {"en": "cases pending", "nl": "IND-voorraad"},
    "series_spending_article_37": {
        "en": "spending art. 37",
        "nl": "uitgaven art. 37",
    },
    "series_spending_coa": {"en": "spending, COA", "nl": "uitgaven COA"},
    "score_title": {
        "en": "Hindcasts from 1 March of 2012 to 2024, by years ahead: mean absolute error in % of "
        "what came (CRPS ratio: against the best naive forecast)",
        "nl": "Hindcasts vanaf 1 maart 2012 tot en met 2024, per jaar vooruit: gemiddelde absolute "
        "fout in % van wat kwam (CRPS-ratio: tegen de beste naïeve voorspelling)",
    },
    "score_series": {"en": "series", "nl": "reeks"},
    "score_ahead": {
        "en": "ahead",
        "nl": "vooruit",
    },
    "score_program": {"en": "program", "nl": "programma"},
    "score_no_change": {"en": "no change", "nl": "als nu"},
    "score_last_growth": {"en": "last growth", "nl": "groeit door"},
    "score_mean_of_history": {"en": "mean so far", "nl": "gemiddeld"},
    "score_crps": {"en": "CRPS ratio", "nl": "CRPS-ratio"},
    "score_bias": {"en": "bias", "nl": "bias"},
    "score_within": {
        "en": "in 50/80 band",
        "nl": "in 50/80-band",
    },
    "official_title": {
        "en": "Official forecasts beside the program put on the day they came out (money in EUR "
        "million)",
        "nl": "Officiële ramingen naast het programma op de dag dat ze uitkwamen (geld in € mln)",
    },
    "official_edition": {"en": "forecast", "nl": "raming"},
    "official_target": {"en": "for", "nl": "voor"},
    "official_came": {"en": "came", "nl": "kwam"},
    "official_said": {"en": "official", "nl": "officieel"},
    "official_off": {"en": "off by", "nl": "ernaast"},
    "official_program_off": {"en": "it was off by", "nl": "dat zat ernaast"},
    "official_band": {"en": "80 % band", "nl": "80 %-band"},
    "official_verdict": {
        "en": "Against official forecasts, {series}: nearer in {nearer} of {n}; mean error "
        "{program}, theirs {official}.",
        "nl": "Tegen officiële ramingen, {series}: dichterbij in {nearer} van {n}; gemiddelde fout "
        "{program}, die van hen {official}.",
    },
    "score_worse": {
        "en": "Worse than a naive forecast (CRPS; years ahead in brackets), {series}: {names}.",
        "nl": "Slechter dan een naïeve voorspelling (CRPS; jaren vooruit tussen haakjes), "
        "{series}: {names}.",
    },
    "coverage_line": {
        "en": "The 80 % band held {share} of {cells} cells ({low} to {high} with {origins} origins "
        "as clusters): significantly off 80 % (p = {p}).",
        "nl": "De 80 %-band bevatte {share} van {cells} cellen ({low} tot {high} met {origins} "
        "oorsprongen als clusters): significant anders dan 80 % (p = {p}).",
    },
    "coverage_open": {
        "en": "The 80 % band held {share} of {cells} cells ({low} to {high} with {origins} origins "
        "as clusters): not significantly off 80 % (p = {p}).",
        "nl": "De 80 %-band bevatte {share} van {cells} cellen ({low} tot {high} met {origins} "
        "oorsprongen als clusters): niet significant anders dan 80 % (p = {p}).",
    },
    "score_chart_title": {
        "en": "What the program said two years ahead, and what came (thousands)",
        "nl": "Wat het programma twee jaar vooruit zei, en wat kwam (duizenden)",
    },
    "score_chart_note": {
        "en": "Dots and bars: median and 80 % band of the program, put on 1 March of the year "
        "before with what was published by then. Line: what came. Diamonds: official forecasts "
        "made in an earlier year. Vertical scales are logarithmic. opvangsim score, {n} "
        "replications by the week.",
        "nl": "Stippen en balken: mediaan en 80 %-band van het programma, gezet op 1 maart van het "
        "jaar ervoor met wat toen gepubliceerd was. Lijn: wat kwam. Ruiten: officiële ramingen uit "
        "een eerder jaar. Verticale schalen zijn logaritmisch. opvangsim score, {n} replicaties "
        "per week.",
    },
    "score_came": {"en": "came", "nl": "kwam"},
    "process_title": {
        "en": "Processes of yearly inflow, scored one to four years ahead on the same origins "
        "(CRPS and its error in first applications; free: fitted numbers; * simplest within one "
        "error of the best)",
        "nl": "Processen van jaarlijkse instroom, beoordeeld op één tot vier jaar vooruit vanaf "
        "dezelfde oorsprongen (CRPS en fout in eerste aanvragen; vrij: geschatte getallen; "
        "* eenvoudigste binnen één fout van de beste)",
    },
    "process_start": {"en": "starts from", "nl": "begint bij"},
    "process_name": {"en": "process", "nl": "proces"},
    "process_parameters": {
        "en": "free",
        "nl": "vrij",
    },
    "process_crps": {"en": "CRPS", "nl": "CRPS"},
    "process_error": {
        "en": "error",
        "nl": "fout",
    },
    "process_ahead": {"en": "+{n}", "nl": "+{n}"},
    "process_within": {
        "en": "in 80 band",
        "nl": "in 80-band",
    },
    "start_half-year": {"en": "last half-year", "nl": "laatste halfjaar"},
    "start_year": {"en": "last year", "nl": "laatste jaar"},
    "process_random_walk": {"en": "random walk", "nl": "toevalswandeling"},
    "process_with_drift": {"en": "random walk with drift", "nl": "toevalswandeling met drift"},
    "process_history": {"en": "mean of history", "nl": "gemiddelde tot dan"},
    "process_smoothed": {"en": "exponential smoothing", "nl": "exponentiële demping"},
    "process_to_mean": {"en": "AR(1) to the mean", "nl": "AR(1) naar het gemiddelde"},
    "process_pulled_back": {
        "en": "AR(1) to the last level",
        "nl": "AR(1) naar het laatste niveau",
    },
    "process_damped_trend": {"en": "damped trend", "nl": "gedempte trend"},
    "fit_title": {
        "en": "Numbers that no source gives, fitted on the ends of 2023 and 2024",
        "nl": "Getallen zonder bron, geijkt op de uitkomsten van 2023 en 2024",
    },
    "fit_number": {"en": "number", "nl": "getal"},
    "fit_prior": {"en": "first thought", "nl": "vooraf"},
    "fit_value": {"en": "fitted", "nl": "geijkt"},
    "fit_told": {"en": "told by the data", "nl": "gezegd door de cijfers"},
    "fit_ends_title": {"en": "Where the years end", "nl": "Waar de jaren eindigen"},
    "fit_end": {"en": "observed", "nl": "waargenomen"},
    "fit_figure": {"en": "figure", "nl": "cijfer"},
    "fit_model": {"en": "model", "nl": "model"},
    "fit_off": {"en": "in its errors", "nl": "in zijn fouten"},
    "fit_plus": {"en": "{value} ± {sd}", "nl": "{value} ± {sd}"},
    "fit_indistinct": {
        "en": "The data can't tell apart {a} and {b} (correlation {r}).",
        "nl": "De cijfers kunnen {a} en {b} niet onderscheiden (correlatie {r}).",
    },
    "fit_silent": {
        "en": "Of these the data say next to nothing: {names}.",
        "nl": "Hierover zeggen de cijfers bijna niets: {names}.",
    },
    "fit_response": {
        "en": "How {what} answers to its queue: power {power} ± {sd}; {left} on the log is left.",
        "nl": "Hoe {what} op de rij reageert: macht {power} ± {sd}; {left} op de log blijft over.",
    },
    "fit_output": {"en": "the IND's output", "nl": "de productie van de IND"},
    "fit_homes": {"en": "housing", "nl": "huisvesting"},
    "fit_differs": {
        "en": "The baseline has {path} at {have}, {off} spreads off.",
        "nl": "Het basispad heeft {path} op {have}, {off} spreidingen ernaast.",
    },
    "fit_same": {
        "en": "The baseline stands within half a spread of every fitted number.",
        "nl": "Het basispad ligt voor elk geijkt getal binnen een halve spreiding.",
    },
    "not_set": {"en": "not set", "nl": "niet gezet"},
    "spread_value": {"en": "of the value", "nl": "van de waarde"},
    "spread_factor": {"en": "a factor on it", "nl": "een factor erop"},
    "shown_meaning": {"en": "meaning", "nl": "betekenis"},
    "shown_spread": {"en": "spread", "nl": "spreiding"},
    "shown_prices": {"en": "prices", "nl": "prijzen"},
    "shown_source": {"en": "source", "nl": "bron"},
    "shown_assumption": {"en": "assumption", "nl": "aanname"},
    "shown_set_by": {"en": "set by", "nl": "gezet door"},
    "shown_before": {"en": "in the baseline", "nl": "in het basispad"},
    "at_fill": {"en": "at {fill} % filled", "nl": "bij {fill} % bezet"},
    "no_difference": {"en": "no difference", "nl": "geen verschil"},
    "sources_head": {
        "en": "Sources, and what rests on them",
        "nl": "Bronnen, en wat erop rust",
    },
    "assumptions_head": {
        "en": "Assumptions, and what rests on them",
        "nl": "Aannames, en wat erop rust",
    },
    "rests_on_it": {"en": "{n} rest on it", "nl": "{n} rusten erop"},
    "run_line": {
        "en": "{title} · {n} replications, seed {seed} · run {id}",
        "nl": "{title} · {n} replicaties, seed {seed} · run {id}",
    },
    "chart_need_title": {"en": "Need for reception places", "nl": "Behoefte aan opvangplekken"},
    "chart_need_axis": {"en": "places", "nl": "plekken"},
    "chart_gap_title": {
        "en": "Cost of COA, Nidos and IND against the budget",
        "nl": "Kosten van COA, Nidos en IND tegen de begroting",
    },
    "chart_gap_axis": {
        "en": "EUR billion a year, {prices}",
        "nl": "€ mld per jaar, {prices}",
    },
    "band_80": {"en": "80 % band", "nl": "80 %-band"},
    "band_50": {"en": "50 % band", "nl": "50 %-band"},
    "median": {"en": "median need", "nl": "mediane behoefte"},
    "places_there": {"en": "median places", "nl": "mediane plekken"},
    "past_need": {"en": "past occupancy / 0.91", "nl": "bezetting in het verleden / 0,91"},
    "short": {"en": "short {amount}", "nl": "tekort {amount}"},
    "over": {"en": "over {amount}", "nl": "over {amount}"},
    "range": {"en": "{low} to {high}", "nl": "{low} tot {high}"},
    "from_to": {"en": "({low} to {high})", "nl": "({low} tot {high})"},
    "none_set": {"en": "no budget\nset", "nl": "geen\nbegroting"},
    "source_line": {
        "en": "Source: opvangsim, {title}; figures of {sources}. {extra}Run {id}.",
        "nl": "Bron: opvangsim, {title}; cijfers uit {sources}. {extra}Run {id}.",
    },
    "need_note": {
        "en": "Need = people to be received / {fill}. Squares, diamond: official forecasts. ",
        "nl": "Behoefte = op te vangen mensen / {fill}. Vierkanten, ruit: officiële ramingen. ",
    },
    "gap_note": {
        "en": "Medians; cost at {level}; line: 80 % band. ",
        "nl": "Medianen; kosten op {level}; lijn: 80 %-band. ",
    },
}


def label(key: str, lang: Language, **values: object) -> str:
    """A label in a language, with its blanks filled in."""
    return LABELS[key][lang].format(**values)


def number(value: float, lang: Language, decimals: int = 0) -> str:
    """A number as the language writes it: 1,234.5 or 1.234,5; a real minus sign."""
    text = f"{value:,.{decimals}f}"
    if float(f"{value:.{decimals}f}") == 0:
        text = text.removeprefix("-")
    if lang == "nl":
        text = text.translate(str.maketrans(",.", ".,"))
    return text.replace("-", "\N{MINUS SIGN}")


def million(eur: float, lang: Language) -> str:
    """Euros in millions, without a unit."""
    return number(eur / 1e6, lang)


def billion(eur: float, lang: Language, decimals: int = 1) -> str:
    """Euros in billions, with the unit: EUR 1.2 bn or € 1,2 mld."""
    amount = number(eur / 1e9, lang, decimals)
    return f"EUR {amount} bn" if lang == "en" else f"€ {amount} mld"
