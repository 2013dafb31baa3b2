"""Implementation and code access: software, random numbers, execution, machine, licence."""

from __future__ import annotations

from importlib import metadata

from .. import draws
from ..draws import EXACT_BELOW_MEAN
from ..engine import ACTORS
from ..report.listing import plain
from ..run.chunks import Options
from ..run.record import VERSIONED
from ..trial import LARGEST_CHUNK
from ..verify import CHECKS, monotone
from .markdown import bullets, joined, listed, paragraph
from .subject import Subject, first_line, rules, rules_in

PACKAGE = "opvangsim"


def software(subject: Subject) -> str:  # noqa: ARG001
    """Language and libraries, with the oldest version that will do."""
    about = metadata.metadata(PACKAGE)
    return joined(
        [
            paragraph(
                f"{PACKAGE} {about['Version']}, in Python {_needed(about['Requires-Python'])}. The "
                "simulation runs on SimPy, its arithmetic on numpy and scipy. Libraries:",
            ),
            bullets(
                _needed(line)
                for line in sorted(metadata.requires(PACKAGE) or ())
                if "extra" not in line
            ),
            paragraph(
                "`locks/runtime.txt` fixes the exact version of each with a hash. The record of a "
                f"run holds the versions of {listed(VERSIONED)} that made it.",
            ),
        ]
    )


def _needed(requirement: str) -> str:
    name, least, version = requirement.partition(">=")
    return f"{name} {version} or newer".strip() if least else name


def sampling(subject: Subject) -> str:  # noqa: ARG001
    """How random numbers are made, and why a change in one place shifts none elsewhere."""
    return joined(
        [
            paragraph(draws.__doc__.split("\n\n", 1)[1] if draws.__doc__ else ""),
            paragraph(
                "The generator is Philox. Its key is the seed and the name of the process, its "
                "counter the day and the replication. A count of people is made from one uniform "
                f"number: exact up to a mean of {plain(EXACT_BELOW_MEAN, 'en')}, and above it a "
                "normal number with a correction for skewness, rounded.",
            ),
            rules(rules_in(draws)),
        ]
    )


def execution(subject: Subject) -> str:  # noqa: ARG001
    """How the model moves through time, over how many processes, and what can be tried of it."""
    return joined(
        [
            paragraph(
                f"Each of the {len(ACTORS)} actors is a SimPy process that sleeps until its hour "
                "of the next step. Time moves from event to event; in the base model all "
                "replications move together, since each stock is an array with the replication "
                "first. The order of actors within a step is set by their hours and not by the "
                "order in which they were made.",
            ),
            paragraph(
                f"A run is cut into chunks of at most {LARGEST_CHUNK} replications, which "
                "processes work off side by side"
                + (
                    ", one for each core unless `--workers` says otherwise"
                    if not Options().workers
                    else ""
                )
                + ". The cut and the number of processes leave no trace in the results.",
            ),
            paragraph("`opvangsim verify` tries these laws of the model on the user's machine:"),
            bullets(first_line(check) for check in (*CHECKS, monotone)),
        ]
    )


def machine(subject: Subject) -> str:  # noqa: ARG001
    """What a machine must have."""
    python = _needed(metadata.metadata(PACKAGE)["Requires-Python"])
    return paragraph(
        f"A Linux machine with Python {python} (with venv), git and make. Once the libraries are "
        "there no network is needed. `make run` installs them and runs the baseline. Time and "
        "memory depend on the machine: `make bench` measures both.",
    )


def access(subject: Subject) -> str:  # noqa: ARG001
    """Licence, and how a run can be had again."""
    classifiers = metadata.metadata(PACKAGE).get_all("Classifier") or []
    licence = next((c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License")), "")
    return joined(
        [
            paragraph(
                "Code, scenarios, sources and tests are in one repository, with this text. "
                f"Licence: {licence}. `CITATION.cff` says how to cite it.",
            ),
            paragraph(
                "A run leaves `scenario.resolved.yaml`, with every number that was used and its "
                "ground, and `run.json`, with the options, the versions, the platform, the commit, "
                "and the hashes of the scenario files and of every other file. The same scenario, "
                "options and versions give the same run id and the same tables.",
            ),
        ]
    )
