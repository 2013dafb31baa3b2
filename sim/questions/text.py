"""Text of an answer: the sentence with its numbers, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from ..model.prices import affects_costs_only
from ..model.sampling import Floats
from ..report.display_names import input_name
from ..report.i18n import Language, number, probability, translate, translate_sentence, unit_name
from ..report.scenario_listing import plain as plain_number
from ..report.scenario_listing import value_text
from ..results.cell import MONEY
from ..results.experiment import Settings
from ..scenario import Quantity, Scenario, quantities
from ..scenario.plausibility import is_influential
from ..studies.base import Value
from .drivers import DRAW, Driver, source_of
from .metrics import (
    ENDS,
    KnownMetric,
    figure_from,
    figure_name,
    scenario_of,
    score_entries,
    violated_conditions,
)
from .questions import Metric, Question

SCALE: dict[str, tuple[float, int]] = {
    "billion": (1e9, 1),
    "million": (1e6, 0),
    "count": (1.0, 0),
    "percent": (0.01, 0),
    "months": (1.0, 1),
    "euro": (1.0, 0),
    "factor": (1.0, 1),
}
"""Divisor and decimals of each form."""
BILLION = 1e9
TEN, HUNDRED = 10, 100
HUNDREDS = 1_000
"""Counts from here on are shown in hundreds: more digits would be spurious."""
MILLIONS = 1_000_000
"""Counts from here on are shown in tens of thousands."""
RESTS = 3
"""Largest number of assumptions listed."""
FACTOR, SHARE = "factor", "share"
MOVED_LIKE_THE_GAP = tuple(
    f"{table}.{line}"
    for table, lines in (
        ("gap", ("total", "coa_nidos", "coa")),
        ("cost", ("total", "coa_nidos", "coa")),
        ("need", ("total",)),
        ("places", ("total", "place:emergency")),
        ("occupancy", ("total", "place:emergency")),
    )
    for line in lines
)
"""Cells that depend on the same inputs as the gap of 2027, for which that is measured."""


def plain(value: float, figure: Metric, lang: Language) -> str:
    """Format a value of a metric, without its unit."""
    return as_shown(value, figure.shown, lang, figure.given is not None or figure.key is not None)


def as_shown(value: float, shown: str, lang: Language, exact: bool = False) -> str:
    """Format a value by ``SCALE``, without unit; large counts rounded unless exact."""
    divisor, decimals = SCALE[shown]
    scaled = value / divisor
    if shown == "count" and not exact and abs(scaled) >= HUNDREDS:
        scaled = round(scaled, -4 if abs(scaled) >= MILLIONS else -2)
    return number(scaled, lang, decimals)


def cell_text(table: str, low: float, middle: float, high: float, lang: Language) -> str:
    """Format a cell of a run's tables with its unit: the median, and the interval if any.

    ``table`` is that of an address: money in billions or millions, waits in months, shares in
    percent, all else as it is counted.
    """
    largest = max(abs(low), abs(middle), abs(high))
    shown = {"waiting_months": "months", "emergency_share": "percent"}.get(table, "count")
    if table in MONEY:
        shown = "billion" if largest >= BILLION else "million"
    ends = [as_shown(end, shown, lang) for end in (low, high)]
    text = translate(f"shown_as_{shown}", lang, value=as_shown(middle, shown, lang))
    if ends[0] == ends[1]:
        return text
    return f"{text} {translate('from_to', lang, low=ends[0], high=ends[1])}"


def worded(value: float, figure: Metric, lang: Language) -> str:
    """Format a value with its unit; a simulated probability is never 0 or 1."""
    if figure.chance is not None:
        return probability(value, lang)
    text = plain(value, figure, lang)
    return translate(f"shown_as_{figure.shown}", lang, value=text)


def with_band(value: Value, figure: Metric, lang: Language) -> str:
    """Format a value with its unit and, if it is random, its 80% interval."""
    text = worded(value.value, figure, lang)
    if value.band is None:
        return text
    low, high = (plain(end, figure, lang) for end in value.band)
    key = "give_or_take" if value.sampled else "from_to"
    return f"{text} {translate(key, lang, low=low, high=high)}"


def error_of(value: Value, figure: Metric, lang: Language) -> str:
    """Format the simulation error of a value, without unit; empty where it has none of its own."""
    if value.error is None:
        return ""
    low, high = (plain(end, figure, lang) for end in value.error)
    return low if low == high else translate("range", lang, low=low, high=high)


def filled(text: str, question: Question, values: Mapping[str, Value], lang: Language) -> str:
    """Fill metrics into a text: ``{gap}`` with its interval, ``{gap_alone}`` without."""
    blanks = {}
    for name, figure in question.figures.items():
        blanks[name] = with_band(values[name], figure, lang)
        blanks[f"{name}_alone"] = worded(values[name].value, figure, lang)
    return text.format(**blanks)


@dataclass(frozen=True)
class Page:
    """Everything on the page of a question in one language.

    ``plan`` is a second paragraph of the answer, if it has one; ``notes`` are sentences under it;
    ``rows`` have a figure, its value, its simulation error and where it comes from; ``drivers`` and
    ``rests`` a line each; ``again`` commands; ``chart`` an SVG, if one was drawn, with its text for
    those who do not see it.
    """

    question: Question
    lang: Language
    heading: str
    place: str
    minister: str
    short: str
    answer: str
    plan: str = ""
    notes: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, str, str], ...] = ()
    drivers: tuple[str, ...] = ()
    rests: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    chart: str = ""
    alt_text: str = ""


def page(
    question: Question,
    values: Mapping[str, Value],
    known: KnownMetric,
    driven: Sequence[Driver],
    settings: Settings,
    lang: Language,
) -> Page:
    """Return the page of a question."""
    heading = f"{question.number}. {getattr(question.question, lang)}"
    place = translate("answer_place", lang, n=question.of_party, party=question.party)
    if question.deferred:
        place = f"{place}, {translate('answer_deferred', lang)}"
    minister = f"{translate('answer_minister', lang)}: {getattr(question.minister, lang)}"
    if question.because is not None:
        because = f"{translate('answer_none', lang)} {getattr(question.because, lang)}"
        short = translate("answer_state_none", lang)
        return Page(question, lang, heading, place, minister, short, because)
    assert question.answer is not None
    assert question.short is not None
    source = source_of(question, question.main)
    return Page(
        question,
        lang,
        heading,
        place,
        minister,
        filled(getattr(question.short, lang), question, values, lang),
        filled(getattr(question.answer, lang), question, values, lang),
        filled(getattr(question.plan, lang), question, values, lang) if question.plan else "",
        tuple(_notes(question, values, settings, lang)),
        tuple(
            (figure_name(figure, lang), with_band(values[name], figure, lang),
             error_of(values[name], figure, lang), figure_from(question, figure, lang))
            for name, figure in question.figures.items()
        ),
        tuple(_driver(driver, scenario_of(source.of), lang) for driver in driven if source),
        tuple(_rests(source, driven, known, lang)) if source else (),
        tuple(commands(question, settings)),
    )  # fmt: skip


def _notes(
    question: Question, values: Mapping[str, Value], settings: Settings, lang: Language
) -> list[str]:
    wrong = violated_conditions(question, values)
    texts = [translate("answer_broken", lang, conditions=", ".join(wrong))] if wrong else []
    texts += [getattr(question.caveat, lang)] if question.caveat is not None else []
    if question.conflict is not None:
        conflict = filled(getattr(question.conflict, lang), question, values, lang)
        texts.append(f"{translate('answer_conflict', lang)} {conflict}")
    if any(value.band and not value.sampled for value in values.values()):
        held = number(100 * score_entries()["held_80"], lang)
        texts.append(translate("answer_sure", lang, held=held))
    if any(value.sampled for value in values.values()):
        texts.append(translate("answer_sampled", lang))
    if any(value.error for value in values.values()):
        texts.append(translate("answer_error_note", lang))
    if any(figure.cells() for figure in question.figures.values()):
        step = translate(f"step_{settings.step}", lang)
        texts.append(
            translate("answer_rests", lang, n=number(settings.replications, lang), step=step)
        )
    if any(study.is_weekly for study in question.studies.values()):
        texts.append(translate("answer_week", lang))
    return texts


def _driver(driver: Driver, scenario: Scenario, lang: Language) -> str:
    return translate(
        "driver_more" if driver.correlation > 0 else "driver_less",
        lang,
        name=input_name(driver.name, scenario, lang),
        share=number(100 * driver.correlation**2, lang),
    )


def _rests(
    source: Metric, driven: Sequence[Driver], known: KnownMetric, lang: Language
) -> list[str]:
    """Return the assumed inputs that the answer depends on most.

    Those that drive it; then, where the headline is money or people in reception, those of which a
    tenth moves the gap of 2027 most (``sim/data/influence.csv``).
    """
    scenario = scenario_of(source.of)
    numbers = dict(quantities(scenario))
    names = [driver.name for driver in driven]
    cells = source.cells()
    if any(f"{address.table}.{address.line}" in MOVED_LIKE_THE_GAP for address in cells):
        only_people = all(address.table not in MONEY for address in cells)
        names += [
            key for key in sorted(is_influential(), key=lambda key: -is_influential()[key])
            if not (only_people and affects_costs_only(scenario, key))
        ]  # fmt: skip
    assumed = [
        name for name in dict.fromkeys(names)
        if name in numbers and numbers[name].assumption and not name.startswith("budget.")
    ]  # fmt: skip
    return [_rest(name, numbers[name], scenario, known[source.of], lang)
            for name in assumed[:RESTS]]  # fmt: skip


def _rest(
    name: str, quantity: Quantity, scenario: Scenario, cells: Mapping[str, Floats], lang: Language
) -> str:
    """Format an input with its unit, the 80% interval of its draws, and its assumption.

    An input with dates is listed by date, without interval.
    """
    basis = translate("rests_on_both" if quantity.source else "rests_on_assumption", lang,
                  source=quantity.source)  # fmt: skip
    sentence = f": {translate_sentence(quantity.assumption, lang, scenario.description)}"
    what = input_name(name, scenario, lang)
    if len(quantity.pairs()) > 1:
        return f"{what}: {value_text(quantity, lang)}, {basis}{sentence}"
    value, drawn = quantity.on(scenario.start), cells.get(DRAW + name)
    per = 100 if quantity.unit == SHARE else 1
    between = ""
    if drawn is not None and quantity.spread is not None:
        scale = value if quantity.spread.kind == "factor" else 1.0
        low, high = (_short(per * scale * float(end), lang) for end in np.quantile(drawn, ENDS))
        between = f" {translate('from_to', lang, low=low, high=high)}"
    shown = _short(per * value, lang)
    if quantity.unit == SHARE:
        shown = translate("shown_as_percent", lang, value=shown)
    elif quantity.unit != FACTOR:
        shown = f"{shown} {unit_name(quantity.unit, lang)}"
    return f"{what}: {shown}{between}, {basis}{sentence}"


def _short(value: float, lang: Language) -> str:
    """Format a number with about three digits: more would be spurious."""
    decimals = 0 if abs(value) >= HUNDRED else 1 if abs(value) >= TEN else 2
    return plain_number(round(value, decimals), lang, 2)


def commands(question: Question, settings: Settings) -> list[str]:
    """Return the commands that repeat an answer, its runs and its studies."""
    own = f"--replications {settings.replications} --seed {settings.seed} --step {settings.step}"
    result = [f"opvangsim answer {question.number} {own}"]
    for figure in question.figures.values():
        if not figure.cells():
            continue
        if figure.against is None:
            result.append(f"opvangsim run {figure.of} {own}")
        else:
            result.append(f"opvangsim compare {figure.against} {figure.of} {own}")
    result += [f"{study.command} --replications {settings.replications} --seed {settings.seed}"
              for study in question.studies.values()]  # fmt: skip
    if any(figure.score for figure in question.figures.values()):
        result.append("opvangsim hindcast")
    return list(dict.fromkeys(result))


def lines(page: Page) -> list[str]:
    """Return the lines printed before the table of a question."""
    return [page.heading, f"   {page.place}. {page.minister}", "", page.answer,
            *(("", page.plan, "") if page.plan else ()), *page.notes]  # fmt: skip


def figures_table(page: Page) -> Table:
    """Return a table of the metrics: name, value with interval, origin."""
    table = Table(title=translate("answer_figures", page.lang), title_justify="left")
    table.add_column(translate("answer_what", page.lang), ratio=3)
    table.add_column(translate("answer_value", page.lang), justify="right", ratio=2)
    table.add_column(translate("answer_error", page.lang), justify="right", ratio=1)
    table.add_column(translate("answer_from", page.lang), ratio=3)
    for row in page.rows:
        table.add_row(*row)
    return table


def behind(page: Page) -> list[str]:
    """Return the lines printed after the table: drivers, assumptions, commands."""
    result = []
    for key, texts in sections(page):
        result += ["", translate(key, page.lang), *(f"  - {text}" for text in texts)]
    return result


def sections(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """Return drivers, assumptions and commands by the label of their heading, if not empty."""
    parts = [("answer_drivers", page.drivers), ("answer_assumptions", page.rests),
             ("answer_again", page.again)]  # fmt: skip
    return [(key, texts) for key, texts in parts if texts]


def overview(all_: Sequence[Question], lang: Language) -> Table:
    """Return a table of all questions, with whether the program answers them."""
    table = Table(title=translate("answer_overview", lang), title_justify="left")
    table.add_column(translate("answer_number", lang), justify="right")
    table.add_column(translate("answer_party", lang))
    table.add_column(translate("answer_question", lang))
    table.add_column(translate("answer_state", lang))
    for item in all_:
        table.add_row(str(item.number), item.party, getattr(item.question, lang),
                      translate(state_of(item), lang))  # fmt: skip
    return table


def state_of(question: Question) -> str:
    """Return the label that says whether a number answers a question."""
    if question.because is not None:
        return "answer_state_none"
    return "answer_state_fact" if question.kind == "fact" else "answer_state_yes"
