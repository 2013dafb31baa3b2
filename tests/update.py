"""Make kept results again where results moved: ``python tests/update.py NAME...``.

The test that fails on a kept result says which name to give:

- ``answers``: the tables of docs/answers.md and answers-en.md (minutes where not cached)
- ``balances``: the tables of docs/explanation/balances.md
- ``effects``: the table of what moves the gap on the uncertainty page, from the kept sensitivity
- ``headlines``: sim/data/headlines.csv, the headline of each scenario
- ``hindcasts``: sim/data/hindcasts.csv and inflow_model_scores.csv, and ``scorecard``
- ``influence``: sim/data/influence.csv, how far a tenth of each number moves the gap of 2027
- ``licences``: the table of docs/reference/licences.md, from locks/runtime.txt
- ``money``: tables of the price level and of spending on the validation page
- ``notebooks``: all notebooks (three minutes), or ``notebooks/NAME`` for one
- ``readme``: the gap table, the table of price levels and the chart of the README
- ``scorecard``: its chart, tables and lines in the documents, from the stored hindcasts
- ``sensitivity``: sim/data/sensitivity.csv, what moves the gap of 2027 (minutes), and its table
  in docs/explanation/uncertainty.md
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import test_balances
import test_book
import test_inflow_models
import test_past
import test_readme
from support import licences, money_page, notebooks, scorecard_page, sensitivity_page
from support.scenarios import change
from test_parameters import BASELINE, changes_for, movable
from test_scenarios import computed
from test_sensitivity import CELL, SETTINGS

from sim import hindcast
from sim.errors import ScenarioError
from sim.model.engine import simulate
from sim.questions.metrics import violated_conditions
from sim.questions.pages import summary
from sim.questions.run_studies import answers
from sim.report import overview
from sim.report.balance_tables import TABLES
from sim.report.chart_files import write_scorecard
from sim.report.charts.scorecard import id_of
from sim.results.budget import costs
from sim.results.cell import parse
from sim.results.executor import ALL_CORES
from sim.results.experiment import Settings
from sim.results.tables import tabulate
from sim.results.versions import versions
from sim.runs.chart_folder import write_chart_files
from sim.runs.provenance import Provenance
from sim.scenario import Scenario, load, quantities
from sim.studies.base import no_progress
from sim.studies.sobol import LUCK, PATH, POINTS, Sensitivity, sensitivity

ROOT = Path(__file__).parent.parent
DATA = ROOT / "sim" / "data"
INFLUENCE_HEAD = [
    "# Part of the baseline's mean gap of 2027 that a change of a number by a tenth moves",
    "# (20 replications by the week, seed 1); what moves it by less than 0.5% is left out.",
    "key,moves",
]
SENSITIVITY_HEAD = [
    "# What moves the baseline's gap of 2027, by uncertain number: its total Sobol index (1,024",
    "# points), and by how much the mean gap moves with the number at its 10th (low) and 90th",
    "# percentile (high), all others at their median [EUR million]; by the week, seed 1.",
    "key,total,low,high",
]


def update_answers() -> None:
    found = answers(test_book.ALL, Settings(), ALL_CORES, no_progress)
    for lang, page in test_book.ANSWERS_PAGES.items():
        pages = [found.page(one, lang) for one in test_book.ALL]
        wrong = [one.question.number for one in pages
                 if violated_conditions(one.question, found.values(one.question))]  # fmt: skip
        if wrong:
            sys.exit(f"the text no longer fits the numbers: questions {wrong}")
        head = f"<!-- answers: {test_book.mark()} -->\n\n"
        table = f"{head}{summary(pages)}\n<!-- end of answers -->"
        text = page.read_text("utf-8")
        old = test_book.TABLE.search(text)
        assert old is not None
        page.write_text(text.replace(old[0], table), "utf-8")


def update_balances() -> None:
    page = test_balances.PAGE
    text = page.read_text("utf-8")
    for name, table in TABLES.items():
        before, begin, rest = text.partition(f"<!-- {name} -->")
        after = rest.partition("<!-- end -->")[2]
        made = table(hindcast.knowledge(test_balances.ALL))
        text = f"{before}{begin}\n\n{made}\n\n<!-- end -->{after}"
    page.write_text(text, "utf-8")


def update_headlines() -> None:
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(computed, overview.with_headline()))
    (DATA / "headlines.csv").write_text(overview.as_csv(found), "utf-8")


def update_hindcasts() -> None:
    found = hindcast.make(hindcast.HindcastOptions())
    (DATA / "hindcasts.csv").write_text(hindcast.as_csv(found), "utf-8")
    scores = hindcast.process_table().to_csv(index=False, float_format="%.6g")
    test_inflow_models.KEPT.write_text(scores, "utf-8")
    update_scorecard()


def update_scorecard() -> None:
    options, found = hindcast.HindcastOptions(), hindcast.kept()
    scorecard_page.renew(found)
    money_page.renew()
    chart, command = test_past.CHART, "opvangsim hindcast -o docs/images"
    version, seed = versions()["opvangsim"], str(options.seed)
    stamp = Provenance("scorecard", "hindcasts", seed, version, id_of(found), command)

    def write(into: Path) -> None:
        write_scorecard(found, options.replications, into / chart.stem, "en", "page", ["png"])

    write_chart_files(chart.parent, write, stamp)


def gap(scenario: Scenario) -> float:
    """Mean headline gap of 2027 [EUR], by the week."""
    ledger = simulate(scenario, 20, 1, until=date(2027, 12, 31), step="week")
    lines = costs(scenario, tabulate(ledger, scenario).volumes, ledger.samples, ledger.clock)
    budgeted = scenario.headline.amount("total", 2027)
    assert budgeted is not None
    return float(np.mean(lines[scenario.prices.level, "total"][2])) - budgeted


def gap_when_moved(path: str) -> float:
    """The gap with one number moved by a tenth; not a number where that is no scenario."""
    try:
        return gap(change(BASELINE, changes_for(path, dict(movable())[path])))
    except ScenarioError:
        return float("nan")


def update_influence() -> None:
    base, paths = gap(BASELINE), sorted(path for path, _ in movable())
    with ProcessPoolExecutor(2) as pool:
        gaps = list(pool.map(gap_when_moved, paths, chunksize=4))
    parts = {path: abs(other - base) / base for path, other in zip(paths, gaps, strict=True)}
    lines = [f"{path},{part:.3f}" for path, part in parts.items() if part >= 0.005]
    (DATA / "influence.csv").write_text("\n".join([*INFLUENCE_HEAD, *lines]) + "\n", "utf-8")


def update_notebook(name: str) -> None:
    notebooks.file_of(name).write_text(notebooks.executed(name), "utf-8")


def update_notebooks() -> None:
    for name in notebooks.NAMES:
        update_notebook(name)


def update_readme() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = f"{ROOT / '.venv' / 'bin' / 'opvangsim'} run baseline"
        table = test_readme.gap_table(test_readme.paste(command, Path(folder)))
        chart = Path(folder) / "outputs" / "baseline" / "charts" / "gap.png"
        shutil.copyfile(chart, ROOT / "docs" / "images" / "baseline_gap.png")
    old = test_readme.README.read_text("utf-8")
    new = test_readme.TABLE.sub(lambda m: m[1] + table + m[3], old)
    test_readme.README.write_text(new, "utf-8")


def update_sensitivity() -> None:
    found = sensitivity(load("baseline"), parse(CELL), POINTS, SETTINGS)
    totals = dict(zip(found.indices["input"], found.indices["total"], strict=True))
    chance = sensitivity_page.chance_line(totals[PATH], totals[LUCK])
    lines = [*SENSITIVITY_HEAD[:-1], chance, SENSITIVITY_HEAD[-1], *sensitivity_lines(found)]
    (DATA / "sensitivity.csv").write_text("\n".join(lines) + "\n", "utf-8")
    sensitivity_page.renew()


def sensitivity_lines(found: Sensitivity) -> list[str]:
    """A line a key, in file order; linked keys have the effect of their group."""
    totals = dict(zip(found.indices["input"], found.indices["total"], strict=True))
    rows = {str(row["input"]): row for row in found.tornado.to_dict("records")}
    lines = {
        key: f"{key},{totals[one.name]:.3g},{rows[one.name]['low'] / 1e6:.1f},"
        f"{rows[one.name]['high'] / 1e6:.1f}"
        for one in found.inputs
        if not one.is_chance
        for key in one.columns
    }
    return [lines[key] for key, _ in quantities(load("baseline")) if key in lines]


UPDATES = {
    "answers": update_answers,
    "balances": update_balances,
    "effects": sensitivity_page.renew,
    "headlines": update_headlines,
    "hindcasts": update_hindcasts,
    "influence": update_influence,
    "licences": licences.renew,
    "money": money_page.renew,
    "notebooks": update_notebooks,
    "readme": update_readme,
    "scorecard": update_scorecard,
    "sensitivity": update_sensitivity,
}


def main() -> None:
    names = sys.argv[1:]
    known = {*UPDATES, *(f"notebooks/{name}" for name in notebooks.NAMES)}
    if not names or not known.issuperset(names):
        sys.exit(f"name one or more of: {', '.join(sorted(known))}")
    for name in names:
        what, _, notebook = name.partition("/")
        if notebook:
            update_notebook(notebook)
        else:
            UPDATES[what]()


if __name__ == "__main__":
    main()
