"""Widget of the what-if in Jupyter: sliders beside charts."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ...errors import ScenarioError
from ...report.charts import CHART_SIZES, alt_text, draw
from ...report.charts import CHARTS as KINDS
from ...report.i18n import Language, translate
from ...report.style import chart_style
from ...scenario import Scenario
from ...what_if.answer import CHARTS, REPLICATIONS, extra_budget_text
from ...what_if.sliders import Slider, value_text, write_patch
from ..chart import CSS_PIXELS_AN_INCH
from .controller import Controller, Update

SCREEN_DPI = CSS_PIXELS_AN_INCH
"""Resolution while a slider moves: that of an ordinary screen."""
SHARP_DPI = 192
"""Resolution once all sliders rest: that of a high-density screen."""
REST_SECONDS = 0.4
"""Time without a move after which charts are drawn at ``SHARP_DPI``."""


class WhatIf:
    """A what-if with a rich display in Jupyter.

    ``names`` and ``sets`` are what its scenario was loaded from; the patch it writes names them.
    """

    def __init__(
        self,
        scenario: Scenario,
        names: Sequence[str],
        sets: Mapping[str, Any],
        lang: Language = "en",
        seed: int = 1,
    ) -> None:
        self.scenario, self.names, self.sets, self.lang = scenario, names, sets, lang
        self.controller = Controller(scenario, self._show, seed)
        self._charts = {name: widgets.HTML() for name in CHARTS}
        self._status, self._extra_budget, self._message = (widgets.HTML() for _ in range(3))
        self._labels = {one.name: widgets.HTML() for one in self.controller.sliders}
        self.sliders = {one.name: self._slider_widget(one) for one in self.controller.sliders}
        self._coarse: dict[str, tuple[Figure, str]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.view = self._layout()

    def __repr__(self) -> str:
        moved = self.controller.values.items()
        told = ", ".join(f"{name}={value:g}" for name, value in moved)
        return f"WhatIf({'+'.join(self.names)!r}: {told or 'no slider moved'})"

    def _ipython_display_(self) -> None:
        import_module("IPython.display").display(self.view)
        self.controller.update()
        self._show_busy()

    def write(self, file: str | Path) -> Path:
        """Write the slider values as a scenario patch.

        Raises ``ScenarioError`` if none was moved or the file exists.
        """
        write_patch(Path(file), self.scenario, self.names, self.sets, self.controller.values)
        return Path(file)

    def close(self) -> None:
        """End the threads; no slider can be simulated after that."""
        self.controller.close()

    def _slider_widget(self, slider: Slider) -> Any:
        """Return the widget of a slider, with its name and value above it."""
        widget = widgets.FloatSlider(
            value=slider.start,
            min=slider.low,
            max=slider.high,
            step=slider.step,
            readout=False,
            continuous_update=True,
            layout=widgets.Layout(width="100%"),
        )
        self._label_slider(slider, slider.start)

        def on_move(change: Any) -> None:
            value = round(change["new"] / slider.step) * slider.step
            self._label_slider(slider, value)
            try:
                self.controller.set_slider(slider.name, value)
            except ScenarioError as error:
                self._message.value = f"<p role='alert'>{escape(str(error))}</p>"
            else:
                self._show_busy()

        widget.observe(on_move, names="value")
        return widget

    def _label_slider(self, slider: Slider, value: float) -> None:
        name = escape(translate(f"slider_{slider.name}", self.lang))
        text = escape(value_text(slider, value, self.lang))
        bold = f'<b style="white-space: nowrap">{text}</b>'
        self._labels[slider.name].value = f"<span>{name}: {bold}</span>"

    def _layout(self) -> Any:
        """Lay out sliders left and charts right, or below one another where it is narrow."""
        lang, rows = self.lang, []
        for name, slider in self.sliders.items():
            rows += [self._labels[name], slider]
        file = widgets.Text("what-if.yaml", description=translate("whatif_file", lang))
        write, reset = (
            widgets.Button(description=translate(key, lang), layout={"width": "auto"})
            for key in ("whatif_write", "whatif_reset")
        )
        write.on_click(lambda _: self._on_write(file.value))
        reset.on_click(lambda _: self._on_reset())
        heading = widgets.HTML(f"<h3>{escape(translate('whatif_sliders', lang))}</h3>")
        left = widgets.VBox(
            [heading, *rows, reset, file, write, self._message],
            layout={"flex": "1 1 280px", "max_width": "420px"},
        )
        right = widgets.VBox(
            [self._status, self._extra_budget, *self._charts.values()],
            layout={"flex": "2 1 320px", "min_width": "0"},
        )
        return widgets.Box([left, right], layout={"flex_flow": "row wrap", "width": "100%"})

    def _on_write(self, name: str) -> None:
        try:
            file = self.write(name)
        except ScenarioError as error:
            self._message.value = f"<p role='alert'>{escape(str(error))}</p>"
        else:
            text = translate("whatif_written", self.lang, file=file)
            self._message.value = f"<p role='status'>{escape(text)}</p>"

    def _on_reset(self) -> None:
        for slider in self.controller.sliders:
            self.sliders[slider.name].value = slider.start

    def _show_busy(self) -> None:
        """Say that a simulation is under way, if so; the charts stay as they are meanwhile."""
        if not self.controller.is_current:
            self._status.value = f"<p role='status'>{translate('whatif_busy', self.lang)}</p>"
            if self._timer is not None:
                self._timer.cancel()

    def _show(self, update: Update) -> None:
        """Draw the charts that changed, at screen resolution until the sliders rest.

        A chart that the run is too short for stays as it was.
        """
        data = update.answer.data
        for name in update.charts:
            if KINDS[name].is_drawable(data):
                figure = draw(name, data, CHART_SIZES["page"], self.lang)
                words = alt_text(name, data, self.lang)
                self._charts[name].value = image(figure, words, SCREEN_DPI)
                self._coarse[name] = figure, words
        status = translate("whatif_settled", self.lang, n=REPLICATIONS)
        self._status.value = f"<p role='status'>{escape(status)}</p>"
        self._extra_budget.value = f"<p>{escape(extra_budget_text(update.answer, self.lang))}</p>"
        self._sharpen_later(REST_SECONDS)

    def _sharpen_later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        # Without an event loop, as in a script, there is no browser to draw for.
        with suppress(RuntimeError):
            self._timer = asyncio.get_running_loop().call_later(seconds, self._sharpen)

    def _sharpen(self) -> None:
        """Draw one chart at full resolution and leave the others for later, after any new move."""
        if self._coarse:
            name, (figure, words) = self._coarse.popitem()
            self._charts[name].value = image(figure, words, SHARP_DPI)
            self._sharpen_later(0)


def image(figure: Figure, words: str, dpi: int) -> str:
    """Return a figure as an HTML image of its size in print, with its alt text."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    with chart_style():
        canvas.draw()  # type: ignore[no-untyped-call]
    stream = io.BytesIO()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    width = round(figure.get_figwidth() * CSS_PIXELS_AN_INCH)
    return (
        f'<img alt="{escape(words, quote=True)}" style="width:{width}px;max-width:100%"'
        f' src="data:image/png;base64,{data}">'
    )
