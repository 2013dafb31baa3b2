"""Widget of the what-if in Jupyter: sliders beside charts."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from ...report.charts import CHART_SIZES, draw
from ...report.charts import CHARTS as KINDS
from ...report.i18n import Language, translate
from ...report.style import chart_style
from ...scenario import Scenario
from .controller import CHARTS, Controller, Shown, enough_in_words, state_of
from .sliders import KNOBS, Slider, value_of, write_patch

SCREEN_DPI = 96


@dataclass
class WhatIf:
    """A what-if with a rich display in Jupyter.

    ``names`` and ``sets`` are what its scenario was loaded from; the patch it writes names them.
    """

    scenario: Scenario
    names: Sequence[str]
    sets: Mapping[str, Any]
    lang: Language = "en"
    seed: int = 1
    board: Controller = field(init=False)
    sliders: dict[str, Any] = field(init=False)
    view: Any = field(init=False)

    def __post_init__(self) -> None:
        self.board = Controller(self.scenario, self._show, self.seed)
        self._charts = {name: widgets.HTML() for name in CHARTS}
        self._state = widgets.HTML(translate("whatif_busy", self.lang))
        self._enough = widgets.HTML()
        self._said = widgets.HTML()
        self._read = {one.name: widgets.HTML() for one in self.board.knobs}
        self.sliders = {one.name: self._slider(one) for one in self.board.knobs}
        self.view = self._laid_out()

    def _ipython_display_(self) -> None:
        import_module("IPython.display").display(self.view)
        self.board.go()

    def write(self, file: str | Path) -> Path:
        """Write the slider values as a scenario patch.

        Raises ``ScenarioError`` if none was moved or the file exists.
        """
        write_patch(Path(file), self.scenario, self.names, self.sets, self.board.values)
        return Path(file)

    def close(self) -> None:
        """Stop the worker processes."""
        self.board.close()

    def _slider(self, knob: Slider) -> Any:
        """Return the widget of a slider, with its name and value above it."""
        slider = widgets.FloatSlider(
            value=knob.start,
            min=knob.low,
            max=knob.high,
            step=knob.step,
            readout=False,
            continuous_update=True,
            layout=widgets.Layout(width="100%"),
        )
        self._tell_value(knob, knob.start)

        def turn(change: Any) -> None:
            value = round(change["new"] / knob.step) * knob.step
            self._tell_value(knob, value)
            try:
                self.board.turn(knob.name, value)
            except ScenarioError as error:
                self._said.value = f"<p role='alert'>{escape(str(error))}</p>"

        slider.observe(turn, names="value")
        return slider

    def _tell_value(self, knob: Slider, value: float) -> None:
        name, told = translate(KNOBS[knob.name], self.lang), value_of(knob, value, self.lang)
        number = f'<b style="white-space: nowrap">{escape(told)}</b>'
        self._read[knob.name].value = f"<span>{escape(name)}: {number}</span>"

    def _laid_out(self) -> Any:
        """Lay out sliders left and charts right, or below one another where it is narrow."""
        lang, rows = self.lang, []
        for name, slider in self.sliders.items():
            rows += [self._read[name], slider]
        file = widgets.Text("what-if.yaml", description=translate("whatif_file", lang))
        write = widgets.Button(
            description=translate("whatif_write", lang), layout={"width": "auto"}
        )
        reset = widgets.Button(
            description=translate("whatif_reset", lang), layout={"width": "auto"}
        )
        write.on_click(lambda _: self._write_clicked(file.value))
        reset.on_click(lambda _: self._reset())
        heading = widgets.HTML(f"<h3>{escape(translate('whatif_sliders', lang))}</h3>")
        left = widgets.VBox(
            [heading, *rows, reset, file, write, self._said],
            layout={"flex": "1 1 280px", "max_width": "420px"},
        )
        right = widgets.VBox(
            [self._state, self._enough, *self._charts.values()],
            layout={"flex": "2 1 320px", "min_width": "0"},
        )
        return widgets.Box([left, right], layout={"flex_flow": "row wrap", "width": "100%"})

    def _write_clicked(self, name: str) -> None:
        try:
            file = self.write(name)
        except ScenarioError as error:
            self._said.value = f"<p role='alert'>{escape(str(error))}</p>"
        else:
            told = translate("whatif_written", self.lang, file=file)
            self._said.value = f"<p role='status'>{escape(told)}</p>"

    def _reset(self) -> None:
        for knob in self.board.knobs:
            self.sliders[knob.name].value = knob.start

    def _show(self, shown: Shown) -> None:
        """Draw the charts that changed, then say how precise they are.

        A chart that the run is too short for stays as it was.
        """
        for name in shown.charts:
            if KINDS[name].is_drawable(shown.subject):
                figure = draw(name, shown.subject, CHART_SIZES["page"], self.lang)
                words = KINDS[name].alt_text(shown.subject, self.lang)
                self._charts[name].value = picture(figure, words)
        self._enough.value = f"<p>{escape(enough_in_words(shown, self.lang))}</p>"
        self._state.value = f"<p role='status'>{escape(state_of(shown, self.lang))}</p>"


def picture(figure: Figure, words: str) -> str:
    """Return a figure as an HTML image with its alternative text."""
    figure.set_dpi(SCREEN_DPI)
    canvas = FigureCanvasAgg(figure)
    with chart_style():
        canvas.draw()  # type: ignore[no-untyped-call]
    stream = io.BytesIO()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[no-untyped-call]
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    alt = escape(words, quote=True)
    return f'<img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{data}">'
