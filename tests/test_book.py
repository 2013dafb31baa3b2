"""The question book: every question stands in it, and no number in an answer is typed in."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from support import Command

from sim.address import parse
from sim.book.figures import Value, needed, scenario_of, value_of
from sim.book.questions import Figure, Question, questions
from sim.report.answer import filled, lines, worded
from sim.report.labels import Language, number
from sim.run import kept as kept_module
from sim.run.kept import kept
from sim.trial import CellsOf, Settings, Trial

ALL = questions()
ANSWERED = [one for one in ALL if one.answer is not None]
BY_PARTY = {"D66": 9, "BBB": 14, "SGP": 5, "CDA": 7, "50PLUS": 4, "GroenLinks-PvdA": 20,
            "ChristenUnie": 23}  # fmt: skip
FEW = Settings(2, 1, "week", date(2029, 12, 31))


def test_all_82_questions_stand_there_in_the_order_of_the_document() -> None:
    assert [one.number for one in ALL] == list(range(1, 83))
    assert list(Counter(one.party for one in ALL)) == list(BY_PARTY)
    assert Counter(one.party for one in ALL) == BY_PARTY
    assert [one.of_party for one in ALL] == [
        n for count in BY_PARTY.values() for n in range(1, count + 1)
    ]
    assert Counter(one.kind for one in ALL) == {"model": 56, "fact": 8, "none": 18}
    assert sum(one.deferred for one in ALL) == 32


def test_what_no_number_answers_says_why_and_every_fact_has_its_figure() -> None:
    for one in ALL:
        assert (one.because is not None) == (one.kind == "none"), one.number
        assert one.answer is not None or one.kind != "fact", one.number


@pytest.mark.parametrize("one", ANSWERED, ids=lambda one: str(one.number))
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_no_number_stands_in_an_answer_but_by_a_figure(one: Question, lang: Language) -> None:
    """But for years."""
    assert one.answer is not None
    text = getattr(one.answer, lang)
    if one.caveat is not None:
        text += getattr(one.caveat, lang)
    plain = re.sub(r"{\w+}|\b20[23]\d\b", "", text)
    assert not re.search(r"\d", plain), plain
    blanks = {name for _, name, _, _ in Formatter().parse(text) if name}
    assert {name.removesuffix("_alone") for name in blanks} == set(one.figures)


def test_a_given_figure_says_where_it_stands_and_no_figure_has_two_ways() -> None:
    with pytest.raises(ValueError, match="says where it stands"):
        Figure(given=5, shown="count")
    with pytest.raises(ValueError, match="one of cell, chance"):
        Figure(cell="gap.total.2027", key="housing.homes", shown="count")
    with pytest.raises(ValueError, match="held against another"):
        Figure(chance="gap.total.2027 > 0", against="baseline", shown="percent")


def test_a_figure_is_what_its_cells_give() -> None:
    known = {"a": {"gap.total.2027": np.arange(11.0)}, "b": {"gap.total.2027": np.full(11, 4.0)}}
    middle = Figure(of="a", cell="gap.total.2027", shown="count")
    assert value_of(middle, known) == Value(5.0, (1.0, 9.0))
    assert value_of(middle.model_copy(update={"against": "b", "times": -1.0}), known) == Value(
        -1.0, (-5.0, 3.0)
    )
    assert value_of(middle.model_copy(update={"cell": "gap.total.2027:p90"}), known) == Value(
        9.0, None
    )
    chance = Figure(of="a", chance="gap.total.2027 > 7", shown="percent")
    assert value_of(chance, known).value == pytest.approx(3 / 11)
    price = Figure(key="reception.places.regular.price", shown="euro")
    assert value_of(price, {}) == Value(27_100, None)
    never = chance.model_copy(update={"chance": "gap.total.2027 > 70"})
    assert worded(value_of(never, known).value, never, "nl") == "minder dan 1 %"


def test_every_answer_can_be_computed_and_reads_whole_in_both_languages(tmp_path: Path) -> None:
    cells = needed(ALL)
    asked = {
        name: (scenario_of(name), CellsOf(found), tuple(one.cell for one in found))
        for name, found in cells.items()
    }
    known = kept(asked, FEW, tmp_path)
    for one in ANSWERED:
        values = {name: value_of(figure, known) for name, figure in one.figures.items()}
        for lang in ("en", "nl"):
            text = " ".join(lines(one, values, FEW, lang))
            assert "nan" not in text.split()
            assert "{" not in text
    # The gap that question 13 tells is that of the run, in words.
    gap = float(np.median(known["baseline"]["gap.total.2027"]))
    thirteen = ALL[12]
    values = {name: value_of(figure, known) for name, figure in thirteen.figures.items()}
    assert f"EUR {number(gap / 1e9, 'en', 1)} billion" in filled(thirteen, values, "en")


def test_what_is_kept_is_not_run_again_and_what_is_not_whole_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(2, 1, "week", date(2025, 12, 31))
    cell = parse("occupancy.total.2025")
    runs: list[int] = []

    class Counted(CellsOf):
        def __call__(self, trial: Trial) -> dict[str, np.ndarray]:
            runs.append(trial.first)
            return super().__call__(trial)

    def ask(settings: Settings = settings) -> np.ndarray:
        asked = {"baseline": (scenario_of("baseline"), Counted((cell,)), (cell.cell,))}
        return kept(asked, settings, tmp_path, workers=1)["baseline"][cell.cell]

    first = ask()
    assert (ask() == first).all()
    assert len(runs) == 1
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:200])
    assert (ask() == first).all()
    assert len(runs) == 2
    ask(replace(settings, seed=2))
    assert len(runs) == 3
    monkeypatch.setattr(kept_module, "program", lambda: "another")
    ask()
    assert len(runs) == 4


def test_the_verb_lists_prints_and_refuses(command: Command) -> None:
    listed = command("answer", "--lang", "nl")
    assert listed.returncode == 0
    assert "De vragen van het Kamerstuk" in listed.stdout
    none = " ".join(command("answer", "43").stdout.split())
    assert "Question 4 of GroenLinks-PvdA" in none
    assert "No number answers this" in none
    fact = " ".join(command("answer", "65", "--lang", "nl").stdout.split())
    assert "€ 91.000 in een hotel" in fact
    wrong = command("answer", "83")
    assert wrong.returncode == 2
    assert "there is no question '83'" in wrong.stderr
