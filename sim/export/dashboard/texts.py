"""The words that the page says by itself, by their labels: it holds each in both languages."""

from __future__ import annotations

from ...report.i18n import labels
from .series import LANGUAGES

WORDS = (
    "explorer_title", "explorer_intro", "explorer_no_script", "explorer_failed",
    "explorer_language", "explorer_choices", "explorer_more", "explorer_scenarios",
    "explorer_series", "explorer_by", "explorer_by_month", "explorer_by_year",
    "explorer_measure", "explorer_measure_mean", "explorer_measure_end", "explorer_measure_sum",
    "explorer_from", "explorer_to", "explorer_middle", "explorer_middle_p50",
    "explorer_middle_mean", "explorer_band", "explorer_band_none", "explorer_band_50",
    "explorer_band_80", "explorer_band_90", "explorer_band_both", "explorer_vintage",
    "explorer_level", "explorer_basis", "explorer_basis_vintage", "explorer_basis_nominal",
    "explorer_timing", "explorer_timing_cost", "explorer_timing_cash", "explorer_own",
    "explorer_start_again", "explorer_download", "explorer_reader",
    "explorer_reader_hint", "explorer_table", "explorer_nothing", "explorer_part",
    "explorer_in_unit", "explorer_view", "explorer_view_by_month", "explorer_view_by_year",
    "explorer_view_no_band", "explorer_money", "before_start", "explorer_value",
    "explorer_value_budget", "explorer_value_chance", "explorer_unknown", "explorer_percentile",
    "explorer_chance_column", "explorer_letter", "explorer_unit", "explorer_day",
    "explorer_reading", "explorer_note_middle_p50", "explorer_note_middle_mean",
    "explorer_note_band_50", "explorer_note_band_80", "explorer_note_band_90",
    "explorer_note_overlap", "explorer_note_unlike", "explorer_note_gap", "explorer_note_budget",
    "explorer_note_closed", "explorer_note_part_year", "explorer_note_flow",
    "explorer_note_stock", "explorer_note_rounded", "explorer_note_lacking", "explorer_origin",
    "explorer_sources", "explorer_origin_run", "explorer_made_with", "explorer_seal",
    "explorer_library", "explorer_group_money", "explorer_group_reception",
    "explorer_group_procedure", "explorer_group_inflow", "explorer_group_housing",
    "explorer_group_other", "year", "budget", "from_to", "day_in_words",
    "prices_of", "prices_nominal", "level_document", "level_coa_price", "level_paid_2024",
    "compare_prices", "step_day", "step_week", "memo_vary_only", "memo_vary_parameters",
    "memo_vary_inflow", "memo_vary_process", "whence_scenario",
    *(f"month_{n}" for n in range(1, 13)), *(f"month_short_{n}" for n in range(1, 13)),
)  # fmt: skip


def words() -> dict[str, dict[str, str]]:
    """Every word of the page by language and label, blanks as they stand."""
    table = labels()
    return {lang: {key: table[key][lang] for key in WORDS} for lang in LANGUAGES}
