"""The model described by the STRESS-DES checklist, its numbers read off scenario and code.

``page`` gives the whole text. Prose stands here, numbers do not: a test holds that none is typed.
What an actor does, which moves it makes, what is in a scenario and which rules it follows is read
off the code, so that the text can't say anything else than the model does.
"""

from __future__ import annotations

from collections.abc import Callable

from .data import assumptions, parameters, preprocessing, sources
from .experiment import estimation, initialisation, run_length
from .implementation import access, execution, machine, sampling, software
from .logic import algorithms, base_logic, components, diagram, scenario_logic
from .markdown import joined, paragraph
from .objectives import aims, outputs, purpose
from .subject import Subject

CITATION = (
    "Monks, T., Currie, C.S.M., Onggo, B.S., Robinson, S., Kunc, M. and Taylor, S.J.E. (2019). "
    "Strengthening the reporting of empirical simulation studies: introducing the STRESS "
    "guidelines. Journal of Simulation 13(1), 55-67."
)
Part = Callable[[Subject], str]
CHECKLIST: tuple[tuple[str, tuple[tuple[str, Part], ...]], ...] = (
    (
        "Objectives",
        (
            ("Purpose of the model", purpose),
            ("Model outputs", outputs),
            ("Experimentation aims", aims),
        ),
    ),
    (
        "Logic",
        (
            ("Base model overview diagram", diagram),
            ("Base model logic", base_logic),
            ("Scenario logic", scenario_logic),
            ("Algorithms", algorithms),
            ("Components", components),
        ),
    ),
    (
        "Data",
        (
            ("Data sources", sources),
            ("Input parameters", parameters),
            ("Pre-processing", preprocessing),
            ("Assumptions", assumptions),
        ),
    ),
    (
        "Experimentation",
        (
            ("Initialisation", initialisation),
            ("Run length", run_length),
            ("Estimation approach", estimation),
        ),
    ),
    (
        "Implementation",
        (
            ("Software or programming language", software),
            ("Random sampling", sampling),
            ("Model execution", execution),
            ("System specification", machine),
        ),
    ),
    ("Code access", (("Computer model sharing statement", access),)),
)
"""Sections of the checklist for discrete-event simulation, and who writes each item."""


def page(subject: Subject) -> str:
    """The whole text, section by section and item by item in the order of the checklist."""
    blocks = [
        "# The model, described by the STRESS-DES checklist",
        paragraph(
            "This text is made from the baseline scenario and the code by `tests/update_stress.py`;"
            " a test fails when it no longer says what they say, so change them and not this "
            "file. Words are those of `sim/GLOSSARY.md`. The checklist:",
            CITATION,
        ),
    ]
    for section, (title, items) in enumerate(CHECKLIST, start=1):
        blocks.append(f"## {section}. {title}")
        for item, (name, part) in enumerate(items, start=1):
            blocks += [f"### {section}.{item} {name}", part(subject)]
    return joined(blocks) + "\n"


__all__ = ["CHECKLIST", "CITATION", "Subject", "page"]
