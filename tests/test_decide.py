"""Deciding under uncertainty: compare, explain, solve, stock, the IND against COA."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from support.scenarios import change

from sim.errors import ScenarioError
from sim.model.prices import affects_costs_only
from sim.model.sampling import Floats, sample
from sim.report.i18n import million
from sim.results.cell import parse
from sim.results.executor import Workers
from sim.results.experiment import Settings, summary_value
from sim.results.tasks import simulate_all
from sim.runs.study_folder import data_of
from sim.scenario import Scenario, load, load_chain, quantities
from sim.studies import solver as solve_module
from sim.studies.asked import Lever, lever
from sim.studies.base import Inputs, draw_chart, has_chart, tell
from sim.studies.compare import compare, differences
from sim.studies.compare import run as run_compare
from sim.studies.compare_text import year_table
from sim.studies.enough import amounts_table, chances_table
from sim.studies.enough import run as run_enough
from sim.studies.explain import explain
from sim.studies.factors import THEMES, factors, theme_of
from sim.studies.ind_cut import IndCut, cost_of_cuts, with_cut, without_cut
from sim.studies.levers import setting, with_levers
from sim.studies.optimal_places import PLANNED, cheapest, search, with_places
from sim.studies.options import CompareOptions, EnoughOptions
from sim.studies.repricing import repriced
from sim.studies.shapley import shapley, subsets
from sim.studies.solver import Frontier, Solution, Tried, amounts_needed, frontier, root, solve
from sim.studies.target import Target, target_of

FEW = Settings(12, 1, "week", date(2027, 12, 31))
ONE_WORKER = Workers(1)


def cell_of(scenario: Scenario, text: str, settings: Settings = FEW) -> Floats:
    """A cell in each replication, by a plain run."""
    return np.concatenate([trial.cell(parse(text)) for trial in simulate_all(scenario, settings)])


# -- compare --


@pytest.mark.long
def test_a_null_patch_differs_in_nothing_to_the_last_bit(baseline: Scenario) -> None:
    title = {"title": {"en": "The same", "nl": "Hetzelfde"}}
    found = compare(("a", baseline), {"b": change(baseline, title)}, FEW, ONE_WORKER)
    assert len(found.yearly) > 50
    for table in (found.yearly, found.monthly):
        assert (table.filter(regex=r"^difference_(mean|p\d+)$").to_numpy() == 0).all()
    assert (found.yearly["p_positive"] == 0).all()


@pytest.mark.long
def test_a_difference_is_the_difference_of_two_plain_runs_number_by_number(
    baseline: Scenario,
) -> None:
    other = change(baseline, {"inflow.first": 40_000})
    found = compare(("a", baseline), {"b": other}, FEW, ONE_WORKER).yearly
    row = found[(found["series"] == "gap") & (found["breakdown"] == "total")
                & (found["year"] == 2027)].iloc[0]  # fmt: skip
    gaps = cell_of(other, "gap.total.2027") - cell_of(baseline, "gap.total.2027")
    assert row["difference_mean"] == pytest.approx(gaps.mean())
    assert row["difference_p10"] == pytest.approx(np.quantile(gaps, 0.1))
    assert row["p_positive"] == (gaps > 0).mean()


def test_scenarios_of_different_starts_are_not_compared(baseline: Scenario) -> None:
    with pytest.raises(ScenarioError, match="begins on 1 Jan 2024"):
        compare(("a", baseline), {"b": load("year-2024")}, FEW, ONE_WORKER)


def test_the_variance_ratio_is_that_of_separate_to_paired_luck() -> None:
    generator = np.random.default_rng(5)
    common, own = generator.normal(size=(1, 20_000)), generator.normal(size=(2, 1, 20_000))
    found = differences(common + 0.1 * own[0], 3 + common + 0.1 * own[1])
    assert found["variance_ratio"][0] == pytest.approx(2 * 1.01 / 0.02, rel=0.05)
    assert found["p_positive"][0] == 1
    assert np.isnan(differences(common, common + 3)["variance_ratio"][0])


@pytest.mark.long
@pytest.mark.parametrize(
    ("lever_", "factor"), [("housing.homes", 1.2), ("inflow.first", 1.1)]
)  # fmt: skip
def test_common_luck_alone_takes_off_most_of_the_variance(
    baseline: Scenario, lever_: str, factor: float
) -> None:
    settings = Settings(60, 1, "week", date(2027, 12, 31), ("process",))
    present = dict(quantities(baseline))[lever_].single
    other = change(baseline, {lever_: factor * present})
    table = compare(("a", baseline), {"b": other}, settings).yearly
    rows = {(row["series"], row["breakdown"]): row["variance_ratio"]
            for row in table[table["year"] == 2027].to_dict("records")}  # fmt: skip
    assert rows["occupancy", "total"] >= 30
    assert rows["pending", "total"] >= 30 or np.isnan(rows["pending", "total"])
    # Which type people lie in hangs on weekly orders: the gap keeps more luck of its own.
    assert rows["gap", "total"] >= 4


# -- enough --


def enough(scenario: Scenario, options: EnoughOptions) -> pd.DataFrame:
    """The amounts that are enough, by a run of the study."""
    loaded = replace(load_chain(["baseline"]), scenario=scenario)
    return run_enough(options, Inputs((loaded,), workers=ONE_WORKER)).tables["amounts"]


def test_the_amount_that_is_enough_of_a_known_sample(baseline: Scenario) -> None:
    """Of costs of 1 to 11 billion, 9 cover nine of eleven: the percentile at 80%."""
    costs = 1e9 * np.arange(1.0, 12.0)
    present = baseline.headline.amount("total", 2027)
    assert present is not None
    found = {"cost|total": costs, "gap|total": costs - 3e9}
    options = EnoughOptions.parse({"line": "total", "chance": "50%,80%"})
    half, most = amounts_table(baseline, options, found).to_dict("records")
    assert (half["chance"], half["amount"]) == (0.5, 6e9)
    assert (most["chance"], most["amount"]) == (0.8, 9e9)
    assert most["budget"] == present
    assert most["added"] == 9e9 - present
    # Three of eleven cost at most what there is, whether it is just enough or not.
    assert most["p_enough"] == 3 / 11
    assert np.isnan(most["amount_low"])
    curve = chances_table({"total": costs}).set_index("chance")["amount"]
    assert curve[0.5] == 6e9
    assert curve.is_monotonic_increasing


def test_what_can_not_be_reached_for_want_of_a_budget_is_left_empty(baseline: Scenario) -> None:
    costs = np.linspace(1e9, 2e9, 100)
    options = EnoughOptions.parse({"line": "transit", "year": 2027})
    found = {"cost|transit": costs, "gap|transit": np.full(100, np.nan)}
    (row,) = amounts_table(baseline, options, found).to_dict("records")
    assert all(np.isnan(row[name]) for name in ("budget", "added", "p_enough"))
    assert row["amount_low"] <= row["amount"] <= row["amount_high"]


@pytest.mark.long
@pytest.mark.parametrize("basis", ["vintage", "nominal"])
def test_enough_is_what_solve_finds_and_the_chance_is_that_of_a_run(
    baseline: Scenario, basis: str
) -> None:
    """One quantile gives what a search finds; P(gap > 0) is that of a run to the last bit."""
    settings = Settings(100, 1, "week")
    amounts = {2025: 4e9, 2026: 4e9, 2027: 3e9}
    key = "budget.vintages.owb2025.lines.coa_nidos"
    scenario = change(baseline, {"budget.price_basis": basis, key: amounts})
    options = EnoughOptions.with_settings(settings, chance="80%", line="total,coa_nidos")
    total, _ = enough(scenario, options).to_dict("records")
    gaps = np.concatenate(
        [trial.cell(parse("gap.total.2027")) for trial in simulate_all(scenario, settings)]
    )
    assert 0 < (gaps > 0).mean() < 1
    assert total["p_enough"] == pytest.approx(1 - (gaps > 0).mean(), abs=1e-12)
    item = Lever(key, date(2027, 1, 1))
    found = solve(scenario, item, target_of("gap.total.2027 <= 0", 0.8), settings, None, ONE_WORKER)
    assert found.answer is not None
    # The answer is for COA and Nidos while the IND keeps its own; it lies within its tolerance.
    assert found.answer - found.present == pytest.approx(total["added"], abs=2e-3 * found.bounds[1])
    # The curve of its chart is that of the gap: the amount that is just enough in each replication.
    needed = amounts_needed(found)
    assert needed is not None
    if basis == "vintage":
        assert needed == pytest.approx(found.present + gaps)


@pytest.mark.long
def test_only_an_amount_that_moves_the_target_along_a_line_has_a_curve(baseline: Scenario) -> None:
    """The IND's money does not move the gap of COA and Nidos, and people do not along a line."""
    target = target_of("gap.coa_nidos.2026 <= 0", 0.8)
    for key in ("budget.vintages.owb2025.lines.ind", "inflow.first"):
        item = Lever(key, date(2026, 1, 1))
        assert amounts_needed(solve(baseline, item, target, FEW, None, ONE_WORKER)) is None


@pytest.mark.long
def test_enough_works_where_spending_follows_the_budget_and_where_there_is_none() -> None:
    for name, year in (("constrained", 2027), ("baseline", 2030)):
        loaded = load_chain([name])
        options = EnoughOptions.parse({"year": year, "replications": "4", "step": "week"})
        content = run_enough(options, Inputs((loaded,), workers=ONE_WORKER))
        text = "\n".join(map(str, tell(data_of(content), "en")))
        table = content.tables["amounts"]
        assert (table["amount"] > 0).all()
        assert table["budget"].notna().all() == (year == 2027)
        assert ("Spending follows the budget" in text) == (name == "constrained")
        assert ("contains no amount for it" in text) == (year == 2030)


@pytest.mark.parametrize(
    ("given", "chances"),
    [("80%", (0.8,)), ("0.8", (0.8,)), ("90%,50%", (0.5, 0.9)), (0.8, (0.8,)),
     ((0.5, "80%"), (0.5, 0.8)), ("99.5%", (0.995,)),
     ("0,8", (0.8,))],
)  # fmt: skip
def test_a_chance_is_a_share_or_a_percentage(given: object, chances: tuple[float, ...]) -> None:
    assert EnoughOptions.parse({"chance": given}).chance == chances


@pytest.mark.parametrize("given", ["80", "1", "0", "100%", "-5%", "nan", ""])
def test_what_is_no_chance_is_refused(given: str) -> None:
    with pytest.raises(ScenarioError, match="is not a chance between 0 and 1"):
        EnoughOptions.parse({"chance": given})


def test_options_with_commas_are_written_as_they_are_read() -> None:
    asked = {"chance": "50%,80%", "line": "total,ind"}
    options = EnoughOptions.parse(asked)
    assert options.words() == ["--chance", "0.5,0.8", "--line", "total,ind"]
    kept = EnoughOptions.from_asked(options.asked())
    assert EnoughOptions.parse(kept) == EnoughOptions.parse({**asked, "year": 2027})


@pytest.mark.long
def test_the_table_of_a_comparison_has_the_medians_of_runs_and_fits_a_terminal() -> None:
    """A column a scenario: medians, interval and P(gap > 0) as a run gives them, in 80 columns."""
    names = ["baseline", "faster-housing", "constrained", "ind-clears-backlog", "inflow-surge"]
    loaded = tuple(load_chain([name]) for name in names)
    options = CompareOptions.with_settings(FEW)
    data = data_of(run_compare(options, Inputs(loaded, workers=ONE_WORKER)))
    asked = "scenario == 'faster-housing' and series == 'gap' and breakdown == 'total'"
    (row,) = data.table("levels").query(f"{asked} and year == 2027").to_dict("records")
    gaps = cell_of(loaded[1].scenario, "gap.total.2027")
    for q in (10, 50, 90):
        assert row[f"p{q}"] == pytest.approx(np.quantile(gaps, q / 100))
    assert row["p_positive"] == (gaps > 0).mean()
    for lang in ("en", "nl"):
        table, *_ = tell(data, "nl" if lang == "nl" else "en")
        console = Console(width=80, record=True, file=StringIO())
        console.print(table)
        lines = console.export_text().splitlines()
        assert max(map(len, lines)) <= 80
        assert "…" not in "".join(lines)
        assert (len(table.columns), table.row_count) == (6, 12)
    english = year_table(data, "en")
    heads = [str(column.header) for column in english.columns]
    assert heads[1:4] == ["Baseline", "A fifth more homes for status holders",
                          "Spending follows the budget"]  # fmt: skip
    cells = {str(cell): at for at, cell in enumerate(english.columns[0].cells)}
    theirs = list(english.columns[2].cells)
    assert theirs[cells["gap"]] == million(row["p50"], "en")
    changes = data.table("differences").query(f"{asked} and year == 2027")
    assert theirs[cells["change in gap"]] == million(changes["difference_p50"].iloc[0], "en")
    assert list(english.columns[1].cells)[cells["change in gap"]] == ""


@pytest.mark.slow
def test_the_year_of_a_comparison_is_the_one_asked_for_and_must_be_simulated() -> None:
    loaded = tuple(load_chain([name]) for name in ("baseline", "coa-prices"))
    short = replace(FEW, replications=2, until=date(2026, 12, 31))
    for year, shown in ((None, 2026), (2025, 2025)):
        options = CompareOptions.with_settings(short, year=year)
        content = run_compare(options, Inputs(loaded, workers=ONE_WORKER))
        assert f", {shown}: medians" in str(year_table(data_of(content), "en").title)
        assert content.asked.get("year") == year
    with pytest.raises(ScenarioError, match="2027 is not simulated"):
        run_compare(CompareOptions.with_settings(short, year=2027), Inputs(loaded))


@pytest.mark.slow
def test_a_chart_of_a_comparison_leaves_out_what_does_not_differ() -> None:
    """Prices move no person: one panel, of the gap; without any difference there is no chart."""
    short = replace(FEW, replications=2, until=date(2026, 12, 31))
    for other, panels in (("coa-prices", 1), ("ukraine-extended", 0)):
        loaded = tuple(load_chain([name]) for name in ("baseline", other))
        content = run_compare(CompareOptions.with_settings(short), Inputs(loaded))
        data = data_of(content)
        assert has_chart(data) == bool(panels)
        if panels:
            assert len(draw_chart(data, "en").axes) == panels


# -- money --


@pytest.mark.long
@pytest.mark.parametrize("changes", [{}, {"ind.capacity.mode": "follows_budget"}])
def test_what_only_is_money_leaves_every_person_and_place_as_they_were(
    baseline: Scenario, changes: dict[str, str]
) -> None:
    scenario = change(baseline, dict(changes))
    settings = Settings(2, 1, "week", date(2026, 12, 31))
    money = [key for key, _ in quantities(scenario) if affects_costs_only(scenario, key)]
    assert len(money) >= 30
    keep = ("share", "factor", "persons", "log points", "correlation")
    dearer = {
        lever(key, key): 1.1 * quantity.single
        for key, quantity in quantities(scenario)
        if key in money and not isinstance(quantity.value, tuple) and quantity.unit not in keep
    }
    other = with_levers(scenario, dearer)
    ((one,), (two,)) = (simulate_all(each, settings) for each in (scenario, other))
    assert all((one.tables.volumes[name] == values).all()
               for name, values in two.tables.volumes.items())  # fmt: skip
    assert (repriced(one, other, settings).line("gap", "total") == two.line("gap", "total")).all()
    assert (one.line("gap", "total") != two.line("gap", "total")).any()


# -- explain --


@given(st.lists(st.floats(-1e3, 1e3), min_size=8, max_size=8))
def test_shapley_is_the_mean_over_all_orders(values: list[float]) -> None:
    game = {chosen: np.array(value) for chosen, value in
            zip(subsets(range(3)), values, strict=True)}  # fmt: skip

    def before_and_after(order: tuple[int, ...], one: int) -> float:
        earlier = frozenset(order[: order.index(one)])
        return float(game[earlier | {one}] - game[earlier])

    for one in range(3):
        orders = [before_and_after(order, one) for order in permutations(range(3))]
        assert float(shapley(one, range(3), game)) == pytest.approx(np.mean(orders), abs=1e-6)


@pytest.mark.long
def test_effects_add_up_to_the_whole_difference_and_unchanged_themes_have_none(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mix.yaml"
    base = Path(__file__).parent.parent / "scenarios" / "baseline.yaml"
    file.write_text(
        f"extends: {base}\ntitle: {{en: M, nl: M}}\ndescription: {{en: M, nl: M}}\n"
        "inflow.first: 15000\nhousing.homes: 40000\nprices.empty_bed: 40\n"
        "reception.places.tgo.price: 40000\n",
        "utf-8",
    )
    first, second = load_chain(["baseline"]), load_chain([str(file)])
    address = parse("gap.total.2027:p50")
    found = explain(first, second, address, FEW, "theme", ONE_WORKER)
    effects = found.effects.set_index("factor")["effect"]
    assert list(effects.index) == list(THEMES)
    before, after = (
        float(np.median(cell_of(each.scenario, "gap.total.2027"))) for each in (first, second)
    )
    assert found.before == pytest.approx(before)
    assert found.after == pytest.approx(after)
    assert effects.sum() == pytest.approx(after - before)
    assert found.residual == pytest.approx(0, abs=1)
    each = cell_of(second.scenario, "gap.total.2027") - cell_of(first.scenario, "gap.total.2027")
    assert found.band == pytest.approx(tuple(np.quantile(each, (0.1, 0.9))))
    assert set(effects[effects != 0].index) == {"volume", "housing", "price"}
    # Prices need no run of their own: four combinations of people, eight of people and prices.
    assert (found.runs, found.priced) == (5, 8)


@pytest.mark.slow
def test_every_key_that_differs_belongs_to_one_factor(baseline: Scenario) -> None:
    first, second = load_chain(["baseline"]), load_chain(["budget-frame-full"])
    by_patch = factors(first, second, "patch")
    by_theme = factors(first, second, "theme")
    keys = [key for factor in by_patch for key in factor.keys]
    assert sorted(keys) == sorted(key for factor in by_theme for key in factor.keys)
    assert len(keys) == len(set(keys))
    assert all(theme_of(key) in THEMES for key, _ in quantities(baseline))


# -- levers --


def test_a_lever_from_a_date_on_leaves_what_is_before_and_what_is_dated_later(
    baseline: Scenario,
) -> None:
    one = lever("ind.capacity.planned@2026-07-01", "--lever")
    assert one == Lever("ind.capacity.planned", date(2026, 7, 1))
    changed = with_levers(baseline, {one: 20_000.0}).ind.capacity.planned
    before = baseline.ind.capacity.planned
    assert changed.on(date(2026, 6, 30)) == before.on(date(2026, 6, 30))
    assert changed.on(date(2026, 7, 1)) == changed.on(date(2029, 1, 1)) == 20_000
    later = with_levers(with_levers(baseline, {one: 20_000.0}),
                        {lever("ind.capacity.planned@2026", "--lever"): 10_000.0})  # fmt: skip
    assert later.ind.capacity.planned.on(date(2026, 6, 1)) == 10_000
    assert later.ind.capacity.planned.on(date(2026, 8, 1)) == 20_000
    assert setting(baseline, Lever("inflow.first"), 5.0) == 5.0


def test_a_lever_on_straight_lines_leaves_the_line_before_it_as_it_was() -> None:
    law = load("distribution-law-90000")
    before = law.reception.places["regular"].level
    one = lever("reception.places.regular.level@2029-03-01", "--lever")
    after = with_levers(law, {one: 50_000.0}).reception.places["regular"].level
    assert before is not None
    assert after is not None
    days = [date(2025, 1, 27) + timedelta(days=d) for d in range(0, 1494, 40)]
    assert days[-1] < date(2029, 3, 1)
    assert [after.on(day) for day in days] == pytest.approx([before.on(day) for day in days])
    assert after.on(date(2029, 3, 1)) == after.on(date(2030, 6, 1)) == 50_000
    same = with_levers(law, {one: before.on(date(2029, 3, 1))}).reception.places["regular"].level
    assert same is not None
    assert [same.on(day) for day in days] == pytest.approx([before.on(day) for day in days])


# -- solve --


@pytest.mark.long
def test_the_money_that_is_enough_is_what_is_held_and_the_gaps_quantile(
    baseline: Scenario,
) -> None:
    key = "budget.vintages.owb2025.lines.coa_nidos"
    target = target_of("gap.total.2027 <= 0", 0.8)
    found = solve(baseline, lever(f"{key}@2027", "--lever"), target, FEW, workers=ONE_WORKER)
    gaps = cell_of(baseline, "gap.total.2027")
    assert found.answer == pytest.approx(found.present + np.quantile(gaps, 0.8), rel=2e-3)
    assert found.side == "at_least"
    low, high = found.band or (np.inf, -np.inf)
    assert low <= (found.answer or 0) <= high


def check_at(scenario: Scenario, found: Solution, text: str) -> float:
    """The cell at the answer, by a plain run with the lever set there."""
    assert found.answer is not None
    return float(np.quantile(cell_of(with_levers(scenario, {found.lever: found.answer}), text),
                             0.5))  # fmt: skip


@pytest.mark.long
def test_at_the_answer_a_plain_run_just_meets_the_target(baseline: Scenario) -> None:
    target = target_of("gap.total.2027 <= 3e9", 0.5)
    found = solve(baseline, INFLOW, target, FEW, (10_000.0, 30_000.0), ONE_WORKER)
    assert check_at(baseline, found, "gap.total.2027") == pytest.approx(3e9, rel=0.01)
    assert found.side == "at_most"
    assert found.crossings == 1


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., float]], None]:
    """Puts a made cell in place of the model's: a function of the levers, and a spread of luck."""

    def put(cell: Callable[..., float]) -> None:
        luck = np.linspace(-1, 1, 201)

        def tries(_: Scenario, __: Target, levers: Sequence[Lever], *___: object) -> Tried:
            return lambda asked: [cell(*(each[one] for one in levers)) + luck for each in asked]

        monkeypatch.setattr(solve_module, "grid", tries)

    return put


Made = Callable[[Callable[..., float]], None]
INFLOW, HOMES = Lever("inflow.first", date(2026, 1, 1)), Lever("housing.homes", date(2026, 1, 1))


@pytest.mark.long
def test_solve_finds_the_crossing_of_a_made_cell_and_its_certainty_moves_it(
    baseline: Scenario, made: Made
) -> None:
    made(lambda inflow: inflow / 10_000)
    half, most = (
        solve(baseline, INFLOW, target_of("gap.total.2027 <= 2", certainty), FEW)
        for certainty in (0.5, 0.8)
    )
    assert half.answer == pytest.approx(20_000, abs=60)
    assert most.answer == pytest.approx(14_000, abs=60)
    for found in (half, most):
        assert found.band is not None
        assert found.band[0] < (found.answer or 0) < found.band[1]


@pytest.mark.long
def test_a_range_that_was_not_given_is_widened_until_the_target_is_met(
    baseline: Scenario, made: Made
) -> None:
    made(lambda inflow: inflow / 10_000)
    target = target_of("gap.total.2027 >= 20", 0.5)
    found = solve(baseline, INFLOW, target, FEW)
    assert (found.side, found.bounds[1]) == ("at_least", 4 * 53_000)
    assert found.answer == pytest.approx(200_000, rel=0.01)
    kept = solve(baseline, INFLOW, target, FEW, (0.0, 50_000.0))
    assert (kept.answer, kept.bounds) == (None, (0.0, 50_000.0))


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "always"), [("<=", False), (">=", True)])
def test_solve_says_so_when_no_value_does_it_or_all_do(
    baseline: Scenario, made: Made, sign: str, always: bool
) -> None:
    made(lambda inflow: 5 + inflow / 10_000)
    found = solve(baseline, INFLOW, target_of(f"gap.total.2027 {sign} 2", 0.5), FEW)
    assert (found.answer, found.band, found.always) == (None, None, always)
    # Widening would only lead away, or change nothing.
    assert found.bounds == (0.0, 53_000.0)


@pytest.mark.slow
def test_of_several_crossings_the_lowest_is_given_and_they_are_counted(
    baseline: Scenario, made: Made
) -> None:
    made(lambda inflow: abs(inflow - 20_000) / 10_000)
    found = solve(baseline, INFLOW, target_of("gap.total.2027 <= 1", 0.5), FEW, (0.0, 40_000.0))
    assert (found.crossings, found.side) == (2, "at_least")
    assert found.answer == pytest.approx(10_000, abs=60)


@pytest.mark.slow
def test_where_the_target_is_just_met_on_a_whole_stretch_its_edge_is_the_answer(
    baseline: Scenario, made: Made
) -> None:
    made(lambda inflow: max(inflow - 17_000, 0) / 10_000)
    target = target_of("gap.total.2027:p50 <= 0", 0.5)
    # The made luck would shift it: held in the median, which it leaves alone.
    found = solve(baseline, INFLOW, target, FEW, (0.0, 40_000.0))
    assert found.answer == pytest.approx(17_000, abs=60)
    assert found.side == "at_most"


@pytest.mark.long
def test_values_at_which_nothing_is_known_are_left_out(baseline: Scenario, made: Made) -> None:
    made(lambda inflow: np.nan if inflow < 9_000 else 4 - inflow / 10_000)
    target = target_of("gap.total.2027 <= 1", 0.5)
    found = solve(baseline, INFLOW, target, FEW, (0.0, 40_000.0))
    assert found.answer == pytest.approx(30_000, abs=60)
    assert found.points[0].value == 10_000
    made(lambda _: np.nan)
    with pytest.raises(ScenarioError, match="this cell has no value"):
        solve(baseline, INFLOW, target, FEW, (0.0, 40_000.0))


def test_a_target_counts_the_replications_that_are_known() -> None:
    target = target_of("waiting_months.kind:decided_median.2028 <= 5", 0.8)
    values = np.array([np.nan, *np.arange(11.0), np.nan])
    assert target.excess(values) == pytest.approx(8 - 5)
    assert target.chance(values) == 6 / 11
    rows = np.stack([values, np.full(13, np.nan)])
    assert target.held(rows)[0] == pytest.approx(8)
    assert np.isnan(target.held(rows)[1])
    assert summary_value(values, "mean") == 5


@pytest.mark.long
def test_the_frontier_of_a_made_cell_is_its_line(baseline: Scenario, made: Made) -> None:
    made(lambda inflow, homes: (inflow - homes) / 10_000)
    target = target_of("gap.total.2027 <= 0", 0.5)
    bounds = ((10_000.0, 40_000.0), (0.0, 60_000.0))
    found: Frontier = frontier(baseline, (INFLOW, HOMES), target, FEW, bounds, 7)
    homes = found.tried[1]
    inside = (homes >= 10_000) & (homes < 40_000)
    assert found.answers[inside] == pytest.approx(homes[inside])
    assert (found.low[inside] <= homes[inside]).all()
    assert (found.high[inside] > homes[inside]).all()
    assert np.isnan(found.answers[~inside]).all()
    assert found.met[:, homes > 40_000].all()
    assert not found.met[:, homes < 10_000].any()


@pytest.mark.long
def test_two_levers_are_tried_together_each_as_a_plain_run_would(baseline: Scenario) -> None:
    """One of the levers is only money: its values share a simulation, and give the same."""
    money = Lever("prices.empty_bed")
    target = target_of("gap.total.2026 <= 0", 0.5)
    short = replace(FEW, until=date(2026, 12, 31), replications=4)
    found = frontier(baseline, (INFLOW, money), target, short, ((1e4, 4e4), (40.0, 50.0)), 2,
                     ONE_WORKER)  # fmt: skip
    plain = with_levers(baseline, {INFLOW: 4e4, money: 50.0})
    assert (found.cells[1, 1] == cell_of(plain, "gap.total.2026", short)).all()
    assert (found.cells[1, 0] != found.cells[1, 1]).all()


@given(st.floats(0.1, 9.9), st.floats(-5, 5).filter(lambda slope: abs(slope) > 0.01))
def test_a_straight_line_crosses_where_it_crosses(zero: float, slope: float) -> None:
    values = np.linspace(0, 10, 6)
    assert root(values, slope * (values - zero), 5.0) == pytest.approx(zero)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("gap.total.2027", "comparison belongs here"),
        ("gap.total.2027 <= 0 and gap.total.2028 <= 0", "one cell below or above"),
        ("gap.total.2027 == 0", "one cell below or above"),
        ("gap.total.2027 <= gap.total.2028", "one side is a cell"),
        ("1 <= 2", "one side is a cell"),
        ("gap.total.2027:p_positive <= 0.2", "a chance can't be"),
        ("gap.total <= 0", "no address of a cell"),
    ],
)
def test_what_is_no_target_is_refused(text: str, what: str) -> None:
    with pytest.raises(ScenarioError, match=what):
        target_of(text, 0.8)


def test_a_target_may_be_written_from_either_side_and_in_a_statistic() -> None:
    left, right = target_of("gap.total.2027 <= 5", 0.8), target_of("5 >= gap.total.2027", 0.8)
    assert (left.address, left.below, left.number) == (right.address, right.below, right.number)
    values = np.arange(11.0)
    assert left.excess(values) == pytest.approx(8 - 5)
    assert target_of("gap.total.2027 >= 5", 0.8).excess(values) == pytest.approx(5 - 2)
    assert target_of("gap.total.2027:mean <= 5", 0.8).excess(values) == 0
    assert left.chance(values) == 6 / 11


# -- stock --


@pytest.mark.long
def test_the_planned_stock_costs_what_its_own_scenario_costs(baseline: Scenario) -> None:
    ours = cell_of(with_places(baseline, PLANNED, 2027), "cost.coa.2027")
    assert (ours == cell_of(load("fixed-stock-41000"), "cost.coa.2027")).all()


def test_the_cheapest_level_of_a_parabola_is_its_bottom() -> None:
    levels = np.linspace(20_000, 120_000, 11)
    assert cheapest(levels, (levels - 73_300) ** 2) == 73_300
    assert cheapest(levels, -levels) == 120_000


@pytest.mark.long
def test_without_limits_on_ordering_the_cheapest_stock_is_the_news_vendors(
    baseline: Scenario,
) -> None:
    free = change(baseline, {
        "reception.places.emergency_location.order_limit": 5000,
        "reception.desk.lead_weeks": 1, "reception.desk.notice_weeks": 1,
        "reception.desk.slack": 0, "prices.severance": 0, "prices.opening_cost": 0,
    })  # fmt: skip
    settings = Settings(30, 1, "week")
    found = search(free, [75_000.0, 100_000.0, 125_000.0], settings)
    assert found.best == pytest.approx(found.rule.places, rel=0.08)
    assert found.best_band[0] <= found.rule.places <= found.best_band[1]
    assert found.best_costs.mean() <= found.costs.mean(axis=1).min() * 1.002
    assert found.years == (2025, 2026, 2027, 2028, 2029, 2030)


# -- the IND against COA --


@pytest.mark.long
def test_a_cut_of_nothing_changes_nothing(baseline: Scenario) -> None:
    found = cost_of_cuts(baseline, FEW, [IndCut("nothing", 0.0, 0.0)], 2026, ONE_WORKER)
    amounts = found[["less", "more_coa", "more_nidos", "more_penalties", "net"]]
    assert (amounts == 0).all(axis=None)
    assert found["per_euro"].isna().all()


@pytest.mark.long
def test_a_cut_saves_its_share_of_the_work_and_no_more(baseline: Scenario) -> None:
    """926 million less 36.8 of penalties, of which 45% is asylum and family work, 80% asylum."""
    held = {"ind_cost.asylum_share": 0.45, "ind_cost.family_share": 0.2,
            "ind.capacity.realised": 1}  # fmt: skip
    scenario = change(baseline, dict(held))
    table = cost_of_cuts(
        scenario, FEW, [IndCut("a", 0.2, 0.0), IndCut("f", 0.0, 0.2)], 2026, ONE_WORKER
    )
    rows = {(row["cut"], row["year"]): row for row in table.to_dict("records")}
    work = (926e6 - 36.8e6) * 0.45
    assert rows["a", "2027"]["less"] == pytest.approx(0.2 * 0.8 * work, rel=1e-6)
    assert rows["f", "2027"]["less"] == pytest.approx(0.2 * 0.2 * work, rel=1e-6)
    assert rows["a", "2025"]["less"] == 0
    assert rows["a", "2027"]["more_coa"] > 0 > rows["f", "2027"]["more_coa"]
    for column in ("less", "more_coa", "net"):
        whole = sum(rows["a", str(year)][column] for year in (2025, 2026, 2027))
        assert rows["a", "total"][column] == pytest.approx(whole)


def test_a_cut_goes_on_through_values_dated_later(baseline: Scenario) -> None:
    dated = change(baseline, {"ind.capacity.planned": {2025: 30_000, 2028: 40_000}})
    cut = with_cut(without_cut(dated), IndCut("a", 0.1, 0.0), 2026).ind.capacity.planned
    assert [cut.on(date(year, 6, 1)) for year in (2025, 2026, 2028)] == [30_000, 27_000, 36_000]


@pytest.mark.long
def test_a_plan_with_a_spread_is_cut_on_both_sides_from_its_middle(baseline: Scenario) -> None:
    spread = {"dist": "triangular", "low": 0.7, "mode": 1.0, "high": 1.3, "as": "factor"}
    wide = change(baseline, {"ind.capacity.planned": {
        "value": 28_900, "unit": "decision equivalents/year", "assumption": "a test",
        "spread": spread}})  # fmt: skip
    cuts = [IndCut("a", 0.2, 0.0)]
    found, plain = (cost_of_cuts(each, FEW, cuts, 2026, ONE_WORKER) for each in (wide, baseline))
    # Spreads are drawn by name: with the plan certain all else is as it was.
    assert found["less"].tolist() == pytest.approx(plain["less"].tolist())
    assert found["more_coa"].tolist() == pytest.approx(plain["more_coa"].tolist())


def test_an_ind_that_works_by_its_budget_has_no_plan_to_cut() -> None:
    with pytest.raises(ScenarioError, match="something else than a plan"):
        without_cut(load("ind-follows-budget"))


def test_samples_do_not_depend_on_a_lever_that_has_no_spread(baseline: Scenario) -> None:
    """Common luck: a lever that is set leaves all other parameters where they were."""
    other = change(baseline, {"inflow.repeat": 5_000})
    until = date(2027, 12, 31)
    ours, theirs = (sample(each, 12, 1, FEW.vary, until) for each in (baseline, other))
    shared: Mapping[str, Floats] = {k: v for k, v in theirs.items() if k in ours}
    assert len(shared) > 30
    assert all((ours[key] == values).all() for key, values in shared.items())
