"""The addresses of the page, its numbers, charts and files; each says all that it depends on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..errors import ScenarioError
from ..log import NAME
from ..report.i18n import Language, labels, translate
from ..report.messages import in_language
from ..report.style import font_folder
from ..results.experiment import Settings
from ..what_if.sliders import UNITS, sliders, value_text
from . import files
from .drawing import chart, shown
from .position import Asked, asked_in, chart_named, language_of
from .work import MOST_WAITING, BusyError, Kept, SupersededError, Work

LANGUAGES: tuple[Language, ...] = ("nl", "en")
TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "woff2": "font/woff2",
    "png": "image/png",
    "svg": "image/svg+xml",
    "yaml": "application/yaml; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A chart in SVG has its style inside, and nothing that runs."""
FONTS = tuple(f"open-sans-latin-{weight}.woff2" for weight in (400, 700))
WORDS = (
    "serve_title", "serve_intro", "serve_language", "serve_number", "serve_link",
    "serve_files", "serve_patch", "serve_memo_docx", "serve_memo_pdf", "serve_made",
    "serve_making", "serve_memo_waits", "serve_memo_runs", "serve_failed", "serve_offline",
    "serve_range", "serve_download_chart", "serve_reading",
    "serve_answer", "serve_numbers", "serve_wrong_link", "whatif_busy", "whatif_reset",
    "serve_sliders",
)  # fmt: skip
"""Keys of the texts that the page shows by itself."""
MOST_CHARTS, MOST_RUNS_KEPT, MOST_JOBS = 200, 12, 200
log = logging.getLogger(NAME)
Handler = Callable[[Request], Awaitable[Response]]


class Site:
    """What the addresses share: the scenario, the simulations, and what was made of them."""

    def __init__(self, base: files.Base, settings: Settings, lang: Language) -> None:
        self.base, self.settings, self.lang = base, settings, lang
        self.work = Work(base.scenario, settings)
        self._charts: Kept[tuple[Any, ...], bytes] = Kept(MOST_CHARTS)
        self._memos: Kept[tuple[Any, ...], bytes] = Kept(MOST_RUNS_KEPT)
        self._progress: Kept[str, tuple[int, int]] = Kept(MOST_JOBS)
        self._memo_turn = asyncio.Semaphore(1)
        self._memos_waiting = 0

    def asked(self, request: Request) -> Asked:
        """Return what an address asks for; raises ``ScenarioError`` with its mistakes."""
        return asked_in(request.query_params.multi_items(), self.base.scenario, self.lang)

    async def start(self, _request: Request) -> Response:
        """Return what the page begins with: sliders and texts, in both languages."""
        return JSONResponse(start(self.base, self.settings, self.lang))

    async def result(self, request: Request) -> Response:
        """Return what the page says of a position of the sliders."""
        asked = self.asked(request)
        answer = await self.work.answer(asked.position, asked.visitor)
        moved = {
            one: asked.position.values[one.name]
            for one in self.work.sliders
            if one.name in asked.position.values
        }
        return JSONResponse(await self.work.draw(partial(shown, answer, moved, asked.lang)))

    async def chart(self, request: Request) -> Response:
        """Return a chart of a position of the sliders."""
        name, suffix = chart_named(request.path_params["name"]), request.path_params["suffix"]
        asked = self.asked(request)
        key = (asked.position, name, suffix, asked.lang, asked.width)
        data = self._charts.get(key)
        if data is None:
            answer = await self.work.answer(asked.position)
            stamp = files.stamp(self.base, asked.position.values, self.settings, asked.lang)
            make = partial(chart, answer, name, asked.lang, asked.width, f".{suffix}", stamp)
            data = await self.work.draw(make)
            self._charts.put(key, data)
        return _file(data, suffix, f"what-if-{name}.{suffix}")

    async def patch(self, request: Request) -> Response:
        """Return the patch of a position of the sliders."""
        asked = self.asked(request)
        return _file(files.patch(self.base, asked.position.values), "yaml", files.PATCH)

    async def memo(self, request: Request) -> Response:
        """Return the memo of a run of a position of the sliders; memos wait for one another."""
        form, asked = request.path_params["form"], self.asked(request)
        files.check_memo_form(form)
        key = (asked.position.moved, asked.lang, form)
        data = self._memos.get(key)
        if data is None:
            if self._memos_waiting >= MOST_WAITING:
                raise BusyError
            self._memos_waiting += 1
            try:
                async with self._memo_turn:
                    data = self._memos.get(key) or await self._made_memo(form, asked)
            finally:
                self._memos_waiting -= 1
            self._memos.put(key, data)
        return _file(data, form, f"what-if-memo.{form}")

    async def _made_memo(self, form: str, asked: Asked) -> bytes:
        def tell(done: int, total: int) -> None:
            if asked.job:
                self._progress.put(asked.job, (done, total))

        with files.workplace() as place:
            values, folder = asked.position.values, Path(place)
            into = await asyncio.to_thread(
                files.run, self.base, values, self.settings, asked.lang, folder, tell
            )
            return await self.work.draw(partial(files.memo, into, form, asked.lang))

    async def progress(self, request: Request) -> Response:
        """Return how many replications of a memo are done."""
        done, total = self._progress.get(self.asked(request).job) or (0, 0)
        return JSONResponse({"done": done, "total": total})


def application(site: Site) -> Starlette:
    """Return the application of a site; the baseline is simulated as soon as it starts."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        first = asyncio.create_task(site.work.baseline())
        yield
        first.cancel()
        site.work.close()

    def get(path: str, handler: Handler) -> Route:
        return Route(path, partial(_answered, site, handler))

    return Starlette(
        routes=[
            *(Route(path, partial(_page, name)) for path, name in _pages()),
            *(Route(f"/{name}", partial(_font, name)) for name in FONTS),
            get("/start.json", site.start),
            get("/result.json", site.result),
            get("/progress.json", site.progress),
            get("/patch.yaml", site.patch),
            get("/memo.{form:str}", site.memo),
            get("/chart/{name:str}.svg", partial(_with_suffix, site.chart, "svg")),
            get("/chart/{name:str}.png", partial(_with_suffix, site.chart, "png")),
        ],
        lifespan=lifespan,
    )


def start(base: files.Base, settings: Settings, lang: Language) -> dict[str, Any]:
    """Return sliders and texts of the page, in both languages."""
    texts = {key: labels()[key] for key in WORDS}
    scenario = base.scenario
    return {
        "lang": lang,
        "replications": settings.replications,
        "forms": files.memo_forms(),
        "title": {one: getattr(scenario.title, one) for one in LANGUAGES},
        "words": {one: {key: text[one] for key, text in texts.items()} for one in LANGUAGES},
        "sliders": [
            {
                "name": slider.name,
                "low": slider.low,
                "high": slider.high,
                "step": slider.step,
                "start": slider.start,
                "exact": slider.own,
                "label": {one: translate(f"slider_{slider.name}", one) for one in LANGUAGES},
                "own": {one: value_text(slider, slider.start, one) for one in LANGUAGES},
                "unit": {
                    one: labels()[UNITS[slider.name]][one] if slider.name in UNITS else "{value}"
                    for one in LANGUAGES
                },
            }
            for slider in sliders(scenario)
        ],
    }


def _pages() -> list[tuple[str, str]]:
    return [("/", "page.html"), ("/page.css", "page.css"), ("/page.js", "page.js")]


async def _page(name: str, _request: Request) -> Response:
    data = (resources.files(__package__) / "page" / name).read_bytes()
    return Response(data, media_type=TYPES[name.rpartition(".")[2]])


async def _font(name: str, _request: Request) -> Response:
    return Response((font_folder() / name).read_bytes(), media_type=TYPES["woff2"])


async def _with_suffix(handler: Handler, suffix: str, request: Request) -> Response:
    request.path_params["suffix"] = suffix
    return await handler(request)


async def _answered(site: Site, handler: Handler, request: Request) -> Response:
    """Answer a request, or say in the language of the visitor why there is no answer."""
    lang = language_of(request.query_params.multi_items(), site.lang)
    try:
        return await handler(request)
    except ScenarioError as error:
        return _problems(400, [in_language(one, lang) for one in error.problems])
    except SupersededError:
        return _problems(409, [])
    except BusyError:
        return _problems(503, [translate("serve_busy", lang)])
    except Exception as error:
        log.exception("a request failed")
        return _problems(500, [translate("serve_internal", lang, error=type(error).__name__)])


def _problems(status: int, texts: list[str]) -> Response:
    return JSONResponse({"problems": texts[:10]}, status)


def _file(data: bytes, ending: str, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    if ending == "svg":
        headers["Content-Security-Policy"] = CHART_POLICY
    return Response(data, media_type=TYPES[ending], headers=headers)
