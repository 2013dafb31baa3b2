"""The answer of a what-if: the data of its charts, and what must be added to the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..report.charts import RunData
from ..report.i18n import Language, number, translate
from ..results.experiment import Settings
from ..results.tables import Tables
from ..scenario import Scenario
from .compute import chart_data, extra_budget, price
from .sliders import CERTAINTY

REPLICATIONS = 100
CHARTS = ("gap", "need", "occupancy")
COST_CHARTS = ("gap",)
"""Charts that depend on prices and budgets."""


@dataclass(frozen=True)
class Answer:
    """What to show for a position of the sliders.

    ``extra_budget`` is by year what must be added to the budget to suffice with probability
    ``certainty`` [EUR].
    """

    data: RunData
    extra_budget: Mapping[int, float]
    certainty: float


def answer_of(
    tables: Tables,
    scenario: Scenario,
    settings: Settings,
    values: Mapping[str, float],
    baseline: RunData | None = None,
) -> Answer:
    """Return the answer for simulated tables and slider values; ``baseline`` is shown behind it."""
    experiment = price(tables, scenario, settings)
    certainty = values.get("certainty", CERTAINTY) / 100
    data = chart_data(experiment, settings, baseline)
    return Answer(data, extra_budget(experiment, certainty), certainty)


def extra_budget_text(answer: Answer, lang: Language) -> str:
    """Return what must be added to the budget of each year to suffice with a probability."""
    years = [
        translate(
            "whatif_more" if eur > 0 else "whatif_less",
            lang,
            year=year,
            amount=number(abs(eur) / 1e9, lang, 1),
        )
        for year, eur in answer.extra_budget.items()
        if year > min(answer.extra_budget)
    ]
    percent = number(100 * answer.certainty, lang)
    return translate("whatif_enough", lang, percent=percent, years=", ".join(years))
