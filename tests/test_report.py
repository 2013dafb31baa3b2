"""Words, numbers and charts in both languages."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from sim.export.dashboard.series import WHOLE_NAMES
from sim.export.workbook_rows import SPREAD
from sim.hindcast import NAIVE, SERIES, goals, kept, scores
from sim.hindcast.flows import FLOWS
from sim.hindcast.inflow_models import PROCESSES, SETS
from sim.hindcast.inflow_start import RULES
from sim.hindcast.series import OBSERVABLE, STATISTICS
from sim.model.uncertainty import UNCERTAINTIES
from sim.questions.metrics import SIGNS, required_cells
from sim.questions.questions import Shown, questions
from sim.report import error_tables
from sim.report.i18n import (
    FILES,
    Language,
    billion,
    day_text,
    dutch,
    help_texts,
    in_words,
    labels,
    library_texts,
    messages,
    million,
    number,
    percent,
    probability,
    translate,
    unbroken,
)
from sim.reproduce.compare import PARTS, State
from sim.results.plan_outcomes import OUTCOMES
from sim.runs.verify import FileState
from sim.scenario import SERIES as WATCHED
from sim.scenario import Scenario, load
from sim.scenario.distribution import NEEDS
from sim.scenario.introspect import Shape, keys
from sim.scenario.introspect import below as shape_below
from sim.studies import compare_text as comparison
from sim.studies import ind_cut as ind_coa
from sim.studies import plan_compare_chart as plans
from sim.studies.compare import BY_MONTH
from sim.studies.factors import THEMES
from sim.studies.ind_cut import CUTS
from sim.studies.plan_compare import MEANS
from sim.studies.plan_compare_text import CHOICE
from sim.studies.plan_value_inputs import ALL_YEARS, COMPOSITION, MEAN, TOGETHER
from sim.studies.solver import Side
from sim.what_if.sliders import sliders

MEMO_DIFFERENCES, MEMO_WAYS = ("gap", "people"), ("more", "less", "same")
SIM = Path(__file__).parent.parent / "sim"


def test_every_label_is_there_in_both_languages_with_the_same_blanks() -> None:
    for key, texts in labels().items():
        assert set(texts) == {"en", "nl"}, key
        blanks = [set(re.findall(r"{(\w+)}", text)) for text in texts.values()]
        assert blanks[0] == blanks[1], key


@pytest.mark.parametrize(
    ("share", "english", "dutch_", "brief"),
    [
        (0.0, "less than 1%", "minder dan 1%", "< 1%"),
        (0.005, "less than 1%", "minder dan 1%", "< 1%"),
        (0.006, "1%", "1%", "1%"),
        (0.42, "42%", "42%", "42%"),
        (0.99, "99%", "99%", "99%"),
        (0.995, "more than 99%", "meer dan 99%", "> 99%"),
        (1.0, "more than 99%", "meer dan 99%", "> 99%"),
    ],
)
def test_a_simulated_probability_is_never_0_or_100_percent(
    share: float, english: str, dutch_: str, brief: str
) -> None:
    words: dict[Language, str] = {"en": english, "nl": dutch_}
    for lang, expected in words.items():
        assert probability(share, lang).replace("\N{NO-BREAK SPACE}", " ") == expected
        short = probability(share, lang, brief=True)
        assert short.replace("\N{NO-BREAK SPACE}", " ") == brief


def units() -> set[str]:
    """Every unit that the grammar of scenarios knows."""

    def below(shape: Shape) -> Iterator[str]:
        if shape.unit is not None:
            yield shape.unit.unit
        for step in keys(shape) or ["any", "0"]:
            inner = shape_below(shape, step)
            if inner is not None:
                yield from below(inner)

    return set(below(Shape(Scenario)))


def test_no_text_is_translated_twice() -> None:
    text = "".join(file.read_text("utf-8") for file in (SIM / "locale").rglob("*.po"))
    kept = len(labels()) + len(dutch()) + len(messages()) + len(library_texts())
    kept += len(help_texts())
    assert len(re.findall(r"^msgid ", text, re.MULTILINE)) == len(FILES) + kept


@pytest.mark.long
def test_every_label_is_used_and_every_one_used_is_there() -> None:
    text = "".join(p.read_text("utf-8") for p in SIM.rglob("*.py"))
    used = set(labels()) & set(re.findall(r"(?<=['\"])\w+(?=['\"])", text))
    made = {f"level_{level}" for level in ("estimated", "document", "coa_price", "paid_2024")}
    made |= {f"spread_{part}" for part in ("value", "factor", *SPREAD[1:-1], *NEEDS)}
    made |= {f"spread_{part}" for parts in NEEDS.values() for part in parts}
    made |= {f"spread_{outcome}" for outcome in ("kept", "cut", "certain")}
    made |= {f"source_{mark}" for mark in ("primary", "press", "quoted")}
    made |= {f"error_{name}" for name in error_tables.SHOWN}
    made |= {f"book_error_{end}" for end in ("low", "high")}
    made |= {f"flow_{flow}" for flow in FLOWS}
    made |= {name for name in WHOLE_NAMES.values() if name.startswith("cell_waiting_months_")}
    made |= {key for key in labels() if key.startswith("to_")}
    made |= {f"series_{series}" for series in SERIES}
    made |= {f"score_{forecaster}" for forecaster in ("program", "pool", *NAIVE)}
    made |= {f"goal_{goal.measure}" for goal in goals(scores(kept()))} | {
        "series_first_applications"
    }
    made |= {f"process_{process.name}" for process in PROCESSES}
    made |= {f"start_{rule}" for rule in RULES} | {f"data_{each}" for each in SETS}
    made |= {f"diff_{s}_{b.replace(':', '_')}" for s, b in comparison.SHOWN}
    made |= {f"compare_{series}_axis" for series, _, _ in BY_MONTH}
    made |= {f"theme_{theme}" for theme in THEMES}
    made |= {f"discover_{key}" for key in ("lever", "limit", "tried")}
    made |= {"statistic_p50", "statistic_mean"}
    made |= {
        key for key in labels() if key.startswith(("miss_", "monitor_head_", "in_year_", "find_"))
    }
    made |= {f"data_{statistic}" for statistic in STATISTICS}
    made |= {f"data_unit_{one.unit.lower()}" for one in OBSERVABLE.values()}
    made |= {f"data_per_{kind}" for kind in ("day", "month", "quarter", "year")}
    made |= {f"chart_budget_year_{what}" for what in ("alone", "cost", "cash")}
    made |= {f"observed_{why}" for why in ("outside", "unknown", "between")}
    made |= {f"serve_chart_{name}" for name in ("gap", "need", "occupancy")}
    made |= {f"memo_exp_driver_{way}" for way in ("more", "less")}
    made |= {f"solve_{side}" for side in get_args(Side)} | {"step_day", "step_week"}
    made |= {f"ind_coa_{column}" for column in ind_coa.COLUMNS}
    made |= {f"ind_coa_cut_{cut.name}" for cut in CUTS}
    made |= {"stock_edge_mean", "stock_edge_p90"}
    made |= {
        f"plans_{part}_{risk}" for part in ("axis", "note", "subtitle") for risk in plans.UNITS
    }
    made |= {f"plans_{name}_mean" for name in MEANS} | {f"plans_{name}" for name in CHOICE}
    made |= {f"plans_{name}" for name in ("cost_mean", "cost_p50", "cost_p90", "cost_cvar90")}
    made |= {f"plans_{name}" for name in ("nights_short_p90", "p_short", "more_cost")}
    made |= {f"plan_outcome_{name}" for name in (*OUTCOMES, "loss", "shortage")} - {
        "plan_outcome_beyond_cost"
    }
    made |= {f"plans_rules_{name}" for name in ("p_acts", "first", "weeks")}
    made |= {f"rule_{name}" for name in (*WATCHED, "above", "below")}
    made |= {f"rule_{name}" for name in ("open", "close", "decisions", "homes")}
    made |= {f"rule_{kind}_difference" for kind in ("open", "close")}
    made |= {f"plan_aim_{name}" for name in ("mean", "p50", "p90", "cvar", "p")}
    made |= {f"plan_search_mark_{name}" for name in ("within", "tried")}
    made |= {f"value_{name}" for name in (MEAN, ALL_YEARS, COMPOSITION, TOGETHER)}
    made |= {f"value_budget_{name}" for name in ("best", "present")}
    made |= {f"shown_as_{shown}" for shown in get_args(Shown)}
    made |= {f"sign_{sign}" for sign in SIGNS.values()}
    made |= {key for key in labels() if key.startswith("input_")}
    cells = {
        (one.table, one.line) for found in required_cells(questions()).values() for one in found
    }
    made |= {re.sub(r"\W", "_", f"cell_{table}_{line}") for table, line in cells}
    made |= {f"slider_{slider.name}" for slider in sliders(load("baseline"))}
    made |= {f"month_{n}" for n in range(1, 13)} | {f"month_short_{n}" for n in range(1, 13)}
    made |= {f"form_kind_{kind}" for kind in ("str", "int", "bool", "date")}
    made |= {f"unit_{re.sub(r'[^a-z0-9]+', '_', unit.lower())}" for unit in units()}
    made |= {f"memo_axis_{shown}" for shown in get_args(Shown)}
    made |= {f"memo_vary_{kind}" for kind in UNCERTAINTIES}
    made |= {f"memo_cmp_{what}_{way}" for what in MEMO_DIFFERENCES for way in MEMO_WAYS}
    made |= {f"record_{part}" for part in (*PARTS, "inputs")}
    made |= {f"again_{state}" for state in get_args(State)}
    made |= {f"verified_{what}" for what in get_args(FileState)}
    made |= {f"{how}_{what}" for how in ("moved", "still") for what in ("gap", "need")}
    made |= {key for key in labels() if key.startswith(("named_", "monitor_head_"))}
    assert made - set(labels()) == set()
    made |= {f"alt_differences_{series}" for series, *_ in BY_MONTH}
    made |= {f"solve_message_{side}" for side in get_args(Side)}
    assert sorted(set(labels()) - used - made) == []


@pytest.mark.parametrize(
    ("value", "lang", "decimals", "expected"),
    [
        (1234.5, "en", 1, "1,234.5"),
        (1234.5, "nl", 1, "1.234,5"),
        (-1234567.0, "nl", 0, "\N{MINUS SIGN}1.234.567"),
        (-0.2, "en", 0, "0"),
        (0.35, "nl", 1, "0,3"),
        (np.float64(2.5), "nl", 0, "2"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    value: float, lang: Language, decimals: int, expected: str
) -> None:
    assert number(value, lang, decimals) == expected


def test_shares_and_dates_are_written_as_the_language_writes_them() -> None:
    assert (percent(0.8, "en"), percent(-0.125, "nl", 1)) == ("80%", "\N{MINUS SIGN}12,5%")
    day = date(2025, 1, 27)
    assert (day_text(day, "en"), in_words(day, "en")) == ("27 Jan 2025", "27 January 2025")
    assert (day_text(day, "nl"), in_words(day, "nl")) == ("27 jan 2025", "27 januari 2025")


def test_money_is_written_in_both_languages() -> None:
    assert million(2_345_600_000, "en") == "2,346"
    assert billion(2_345_600_000, "en") == "EUR 2.3 bn"
    assert billion(2_345_600_000, "nl") == "€ 2,3 mld"


def test_an_amount_is_not_broken_over_lines_and_other_words_are() -> None:
    kept = unbroken("Tekort van € 2,8 miljard in 2027 (80%-interval: 1,3 tot 5,4 miljard)")
    assert kept.replace("\N{NO-BREAK SPACE}", "_") == (
        "Tekort van €_2,8_miljard in 2027 (80%-interval: 1,3 tot 5,4_miljard)"
    )
    kept = unbroken("EUR 0.3 bn of 12 years; EUR million")
    assert kept.replace("\N{NO-BREAK SPACE}", "_") == "EUR_0.3_bn of 12 years; EUR million"


def test_a_label_fills_its_blanks() -> None:
    assert translate("prices_of", "nl", year=2024) == "prijspeil 2024"
