"""``opvangsim trace``: one life, with dates and places."""

from __future__ import annotations

from typing import Annotated

import typer

from ..studies.arguments import parse_chains
from .common import LangChoice, language


def trace(
    scenario: Annotated[str, typer.Argument(help="A scenario, or a chain A+B.")],
    person: Annotated[int, typer.Option(min=1, help="Number of the person.")],
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed.")] = 1,
    scale: Annotated[
        int, typer.Option(min=1, max=1000, help="The country is one SCALEth of the size.")
    ] = 20,
    lang: Annotated[LangChoice, typer.Option(help="Language.")] = LangChoice.en,
) -> None:
    """Follow one person through the chain: what happens to them, when, and where they sleep."""
    from ..scenario import load_chain
    from ..studies.trace import trace as followed

    scenario_ = load_chain(parse_chains([scenario])[0]).scenario
    typer.echo("\n".join(followed(scenario_, person, seed, scale, language(lang))))
