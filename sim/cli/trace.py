"""``opvangsim trace``: one life, with dates and places."""

from __future__ import annotations

from typing import Annotated

import typer

from ..ask.words import chains, refuse
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
    from ..persons import scaled, simulate_persons
    from ..report.labels import label
    from ..report.trace import head, life
    from ..scenario import load_chain

    tongue = language(lang)
    loaded = load_chain(chains([scenario])[0])
    small = scaled(loaded.scenario, 1 / scale)
    _, country = simulate_persons(small, seed, follow=person)
    if person > len(country.people):
        what = f"there are {len(country.people):,} people in this run"
        refuse("--person", what, "give a lower number, or a smaller --scale")
    someone = country.people[person - 1]
    typer.echo(head(person, someone.group, loaded.scenario, scale, tongue))
    diary = sorted(someone.diary, key=lambda entry: entry[0])
    typer.echo("\n".join(life(diary, loaded.scenario, country.when, tongue)))
    last = diary[-1][1] if diary else ""
    if not last.endswith(("departed", "settled", "outside", "ward_source")):
        end = country.when(float(country.world.clock.days - 1))
        typer.echo(f"{end}  {label('trace_goes_on', tongue)}")
