"""The sizes of the benchmark are the baseline's people, cut in other pieces."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from bench_growth import CASES, KEPT, ROOT, Case, as_markdown, scenario_of

from sim.scenario import load


@pytest.mark.parametrize("case", [one for one in CASES if one.axis in ("groups", "types")])
def test_groups_and_types_are_as_many_as_asked_with_the_same_people_and_places(
    case: Case, tmp_path: Path
) -> None:
    file = tmp_path / "grown.yaml"
    file.write_text(yaml.safe_dump(scenario_of(case), allow_unicode=True, sort_keys=False), "utf-8")
    grown, baseline = load(file), load("baseline")
    assert len(grown.groups) == case.groups
    assert len(grown.reception.places) == case.types
    for one in ("opening_pending", "intake_share"):
        sums = [sum(getattr(group, one).single for group in scenario.groups.values())
                for scenario in (grown, baseline)]  # fmt: skip
        assert sums[0] == pytest.approx(sums[1], abs=1e-6), one
    planned = [
        sum(plan.places.single for place in scenario.reception.places.values()
            for plan in place.openings)
        for scenario in (grown, baseline)
    ]  # fmt: skip
    assert planned[0] == pytest.approx(planned[1])


def test_the_readme_shows_what_was_measured() -> None:
    assert as_markdown(pd.read_csv(KEPT)) in (ROOT / "README.md").read_text("utf-8")
