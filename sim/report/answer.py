"""A question and its answer as text: the sentence with its numbers, and how to get them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from ..book.figures import Value
from ..book.questions import Figure, Question
from ..trial import Settings
from .labels import Language, label, number

SCALE: dict[str, tuple[float, int]] = {
    "billion": (1e9, 1),
    "million": (1e6, 0),
    "count": (1.0, 0),
    "percent": (0.01, 0),
    "months": (1.0, 1),
    "euro": (1.0, 0),
    "factor": (1.0, 1),
}
"""What one is divided by, and decimals shown."""
RARE = 0.005
HUNDREDS = 1_000
"""People and places from here on are shown in hundreds: more digits would be false."""


def plain(value: float, figure: Figure, lang: Language) -> str:
    """A value as a figure is shown, without its unit."""
    divisor, decimals = SCALE[figure.shown]
    scaled = value / divisor
    if figure.shown == "count" and figure.given is None and abs(scaled) >= HUNDREDS:
        scaled = round(scaled, -2)
    return number(scaled, lang, decimals)


def worded(value: float, figure: Figure, lang: Language) -> str:
    """A value with its unit; a chance from so many replications is never none or certain."""
    if figure.chance is not None and not RARE <= value <= 1 - RARE:
        return label("chance_rare" if value < RARE else "chance_near", lang)
    text = plain(value, figure, lang)
    return label(f"shown_as_{figure.shown}", lang, value=text)


def with_band(value: Value, figure: Figure, lang: Language) -> str:
    """A value with its unit and, where chance has a part in it, its 80 % band."""
    text = worded(value.value, figure, lang)
    if value.band is None:
        return text
    low, high = (plain(end, figure, lang) for end in value.band)
    return f"{text} {label('from_to', lang, low=low, high=high)}"


def filled(question: Question, values: Mapping[str, Value], lang: Language) -> str:
    """The answer with its figures: ``{gap}`` with its band, ``{gap_alone}`` without."""
    assert question.answer is not None
    blanks = {}
    for name, figure in question.figures.items():
        blanks[name] = with_band(values[name], figure, lang)
        blanks[f"{name}_alone"] = worded(values[name].value, figure, lang)
    text: str = getattr(question.answer, lang)
    return text.format(**blanks)


def place(question: Question, lang: Language) -> str:
    """Where a question stands in the document."""
    return label("answer_place", lang, n=question.of_party, party=question.party)


def lines(question: Question, values: Mapping[str, Value], settings: Settings,
          lang: Language) -> list[str]:  # fmt: skip
    """What is printed of a question: its words, what was answered, and what the program says."""
    texts = [
        f"{question.number}. {getattr(question.question, lang)}",
        f"   {place(question, lang)}. {label('answer_minister', lang)}: "
        f"{getattr(question.minister, lang)}",
        "",
    ]
    if question.because is not None:
        return [*texts, f"{label('answer_none', lang)} {getattr(question.because, lang)}"]
    if question.answer is None:
        return [*texts, label("answer_open", lang)]
    texts.append(filled(question, values, lang))
    if question.caveat is not None:
        texts.append(getattr(question.caveat, lang))
    used = sorted({name for one in question.figures.values() if one.cells()
                   for name in (one.of, one.against) if name})  # fmt: skip
    if used:
        texts += ["", label(
            "answer_rests", lang, scenarios=", ".join(used),
            n=number(settings.replications, lang), step=label(f"step_{settings.step}", lang),
        )]  # fmt: skip
    return texts


def figures_table(question: Question, values: Mapping[str, Value], lang: Language) -> Table:
    """Each figure: its value and band, and what it is in the program's own terms."""
    table = Table(title=label("answer_figures", lang), title_justify="left")
    table.add_column(label("answer_what", lang))
    table.add_column(label("answer_value", lang), justify="right", no_wrap=True)
    for name, figure in question.figures.items():
        table.add_row(_told(figure, lang), with_band(values[name], figure, lang))
    return table


def _told(figure: Figure, lang: Language) -> str:
    if figure.given is not None:
        return label("answer_given", lang, where=figure.where)
    what = figure.chance or figure.key or str(figure.address)
    if figure.against is not None:
        return label("answer_less", lang, what=what, of=figure.of, against=figure.against)
    return label("answer_of", lang, what=what, of=figure.of)


def overview(all_: Sequence[Question], lang: Language) -> Table:
    """All questions by number, with whether the program answers them."""
    table = Table(title=label("answer_overview", lang), title_justify="left")
    table.add_column(label("answer_number", lang), justify="right")
    table.add_column(label("answer_party", lang))
    table.add_column(label("answer_question", lang))
    table.add_column(label("answer_state", lang))
    for one in all_:
        table.add_row(str(one.number), one.party, getattr(one.question, lang),
                      label(_state(one), lang))  # fmt: skip
    return table


def _state(question: Question) -> str:
    if question.because is not None:
        return "answer_state_none"
    return "answer_state_open" if question.answer is None else "answer_state_yes"
