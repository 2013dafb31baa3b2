"""The charts of the what-if's widget; needs ipywidgets, no browser."""

from __future__ import annotations

import asyncio
import base64
import io
from datetime import date

import pytest
from PIL import Image

from sim.notebook.what_if.widget import WhatIf
from sim.report.charts import CHART_SIZES
from sim.results.experiment import Settings
from sim.scenario import load

FIRST_YEAR = Settings(4, 1, "week", date(2025, 12, 31))
SIZE = CHART_SIZES["page"]


def test_charts_have_screen_resolution_first_and_twice_that_once_sliders_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sim.notebook.what_if.widget.REST_SECONDS", 0.05)
    widget = WhatIf(load("baseline"), ["baseline"], {})
    widget.controller.settings = FIRST_YEAR
    widths: list[dict[str, int]] = []

    async def go() -> None:
        widget.controller.update()
        await widget.controller.wait()
        widths.append(pixels(widget))
        await asyncio.sleep(0.1)
        widget.sliders["price"].value = 120.0
        widths.append(pixels(widget))
        while widget._coarse:
            await asyncio.sleep(0.01)
        widths.append(pixels(widget))

    asyncio.run(go())
    widget.close()
    coarse = round(SIZE.width_inches * 96)
    assert list(widths[0].values()) == pytest.approx([coarse] * 3, abs=1)
    assert widths[1]["gap"] == widths[0]["gap"]
    assert list(widths[2].values()) == pytest.approx([2 * coarse] * 3, abs=2)


def pixels(widget: WhatIf) -> dict[str, int]:
    """Return the width of each chart in pixels."""
    images = {name: html.value.rpartition("base64,")[2] for name, html in widget._charts.items()}
    return {
        name: Image.open(io.BytesIO(base64.b64decode(data.removesuffix('">')))).width
        for name, data in images.items()
    }
