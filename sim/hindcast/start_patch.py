"""Text of a scenario for a later start: a patch that says of each number where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..model.sampling import sample
from ..results.experiment import Settings, simulate_one
from ..scenario import Loaded, Scenario, apply_patch, source_keys, yaml_writer
from ..scenario.yaml_reader import read_text
from .later_start import CARRIED, StartValue

SCHEMA_LINE = "schema: 2"


def start_patch(
    base: Scenario, extends: Sequence[str], day: date, values: Mapping[str, StartValue]
) -> str:
    """Return the patch as YAML, published numbers first among each key's reasons.

    ``extends`` are the files of the base as the new file names them.
    """
    published = sum(one.is_published for one in values.values())
    lines = [
        f"# The start moved to {day}: {published} numbers are published figures or divided from",
        f"# them, {len(values) - published} are carried forward from a simulation of the base.",
        SCHEMA_LINE,
        "extends: [" + ", ".join(extends) + "]",
        *_text("title", base.title.model_dump(), {"en": f"from {day}", "nl": f"vanaf {day}"}),
        *_text(
            "description",
            {"en": "Stocks of the new start are published, or", "nl": "Standen van de nieuwe"},
            {
                "en": "carried forward from a simulation conditioned on the figures in between.",
                "nl": "start zijn gepubliceerd, of doorgerekend op de cijfers van de tussentijd.",
            },
            glue=" ",
        ),
        f"start: {day}",
    ]
    if base.until <= day:
        lines.append(f"until: {day.replace(year=day.year + 5, month=12, day=31)}")
    for key, one in values.items():
        lines.append(yaml_writer.patch_text({key: _value(one)}).rstrip())
    return "\n".join(lines) + "\n"


def _text(
    key: str, texts: Mapping[str, str], more: Mapping[str, str], glue: str = ", "
) -> list[str]:
    both = {lang: f"{texts[lang]}{glue}{more[lang]}" for lang in ("en", "nl")}
    return yaml_writer.patch_text({key: both}, width=200).rstrip().split("\n")


def _value(one: StartValue) -> Any:
    """Return a value as a patch holds it: a number with its origin, a date or a list as it is."""
    if isinstance(one.value, date | list):
        return one.value
    whole = isinstance(one.value, float) and one.value.is_integer()
    stated: dict[str, Any] = {"value": int(one.value) if whole else one.value}
    if one.unit is not None:
        stated["unit"] = one.unit
    if one.spread is not None:
        stated["spread"] = dict(one.spread)
    if one.is_published and one.source in source_keys():
        return stated | {"source": one.source, "where": one.origin}
    source = f" ({one.source})" if one.is_published and one.source else ""
    reason = one.origin if one.origin != CARRIED else f"{CARRIED}: simulated to this day"
    return stated | {"assumption": f"{reason}{source}"}


def checked_patch(base: Loaded, text: str, file: Path) -> Scenario:
    """Return the scenario that a patch makes; raises ``ScenarioError`` if it can't start.

    Its opening stocks may not fit: more people by their shares in reception than there are.
    """
    scenario = apply_patch(base, read_text(text, str(file)), CARRIED).scenario
    one = Settings(1, 1, "week", scenario.start + timedelta(days=6))
    simulate_one(scenario, sample(scenario, 1, 1, one.vary, one.until), one)
    return scenario
