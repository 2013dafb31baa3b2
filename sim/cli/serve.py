"""Command that shows the what-if as a page in a browser: serve."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from ..errors import Message, usage_error
from .checks import one_chain
from .completion import complete_scenario
from .language import tell
from .options import CHAIN, Lang, Sets

FEWEST, MOST = 10, 500
LIBRARIES = ("starlette", "uvicorn", "anyio", "h11")


def serve(
    base: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BASE]", help=CHAIN, autocompletion=complete_scenario),
    ] = None,
    set_: Sets = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port to listen on (0: any free one).")
    ] = 8_765,
    host: Annotated[str, typer.Option(help="Host to listen on.")] = "127.0.0.1",
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    replications: Annotated[
        int, typer.Option(min=FEWEST, max=MOST, metavar="N", help="Number of replications.")
    ] = 100,
    lang: Lang = "en",
) -> None:
    """Show the what-if in a browser: sliders with charts that update.

    The page is reached from this computer only, with the token in the address that is printed.
    The sliders are part of the address. It offers the patch, the charts and a memo as files. Needs
    the extra opvangsim[serve]; Ctrl-C ends it.
    """
    names = one_chain(base or ["baseline"])
    try:
        from ..web import serving
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in LIBRARIES:
            raise
        what = "the library of the server (starlette, uvicorn) is not installed"
        usage_error("serve", what, "pip install 'opvangsim[serve]'")
    from ..api.overrides import changes_of
    from ..results.experiment import Settings
    from ..scenario import load_chain
    from ..web.files import Base
    from ..what_if.sliders import sliders
    from .output import tell_notes, tell_warnings

    sets = list(set_ or [])
    loaded = load_chain(names, sets)
    tell_notes(loaded)
    tell_warnings(loaded)
    scenario = loaded.scenario
    # A scenario that has no sliders is refused before anybody is let in.
    sliders(scenario)
    listener = serving.listen(host, port)
    if not serving.is_loopback(host):
        what = Message("whoever has this address can use the page, from other computers as well")
        tell("warning", what)
    served = Base(tuple(names), tuple(sets), changes_of(sets), loaded.name, scenario)
    settings = Settings(replications, 1, "week", scenario.until)

    def begun() -> None:
        typer.echo(listener.address)
        tell("note", "Ctrl-C ends the server")
        if open_:
            serving.open_page(listener.address)

    # Where signals of the keyboard are ignored, the server ends by itself without this error.
    with suppress(KeyboardInterrupt):
        serving.serve(listener, served, settings, lang, begun)
    tell("note", "the server has ended")
