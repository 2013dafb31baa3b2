"""The posterior of a scenario: joint draws of its uncertain numbers, conditioned on observations.

A nowcast writes them to a file, which the scenario names with its SHA-256. Each row of the file is
a replication and each column an uncertain number by its path, or a month of inflow; a run takes
them instead of drawing its own. They belong to the process noise of the same seed and step, so a
run with another seed or step, or with more replications, has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from ..errors import Message, Problem, ScenarioError, reason_of
from .base import Day, Frozen, RuleError
from .quantity import Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBERS = b"numbers"
"""Key of the file's metadata that holds the numbers as they were conditioned."""
AGAIN = "make it again: opvangsim nowcast SCENARIO --observed FILE --as-of DATE"


def _plain_name(file: Path) -> Path:
    if not file.name or not str(file).isprintable():
        raise RuleError("not the name of a file", "the nowcast writes it", "file")
    return file


class Posterior(Frozen):
    """Joint draws that replace those of uncertain numbers, in a file."""

    file: Annotated[
        Path,
        AfterValidator(_plain_name),
        PlainSerializer(lambda file: file.name, when_used="json"),
    ] = Field(description="file of the draws, beside this one")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file")
    seed: int = Field(ge=0, le=2**63 - 1, description="seed of the process noise they belong to")
    step: Literal["day", "week"] = Field(description="length of a step they were made with")
    replications: int = Field(gt=0, description="number of joint draws")
    as_of: Day = Field(description="day by which the observations were published")
    released: tuple[str, ...] = Field(
        default=(), description="keys whose draws are not used, so that a patch may set them"
    )

    @property
    def draws(self) -> Mapping[str, NDArray[np.float64]]:
        """Draws in use by key: (replications,). Raises ``ScenarioError`` as ``read_draws``."""
        every = read_draws(self.file, self.sha256).columns
        return {key: every[key] for key in every if key not in self.released}

    def without(self, keys: Collection[str]) -> Posterior:
        """Return the posterior with the draws of some keys given up."""
        given_up = [key for key in self.draws if key in keys]
        return self.model_copy(update={"released": (*self.released, *given_up)})

    def refuse(self, *, seed: int, last: int) -> None:
        """Raise ``ScenarioError`` unless there are draws for this seed, up to a replication."""
        if seed != self.seed:
            what = Message(
                "the draws of {file} belong to the process noise of seed {seed}",
                file=self.file.name,
                seed=self.seed,
            )
            raise ScenarioError(
                [Problem("--seed", what, Message("use --seed {seed}", seed=self.seed))]
            )
        if last > self.replications:
            what = Message(
                "{file} has {replications} joint draws, and {last} are asked for",
                file=self.file.name,
                replications=self.replications,
                last=last,
            )
            advice = Message(
                "take at most {replications}, or make a nowcast with more",
                replications=self.replications,
            )
            raise ScenarioError([Problem("--replications", what, advice)])

    def refuse_step(self, step: str) -> None:
        """Raise ``ScenarioError`` unless the draws were made with steps of this length."""
        if step != self.step:
            what = Message(
                "the draws of {file} belong to steps of a {step}",
                file=self.file.name,
                step=self.step,
            )
            raise ScenarioError(
                [Problem("--step", what, Message("use --step {step}", step=self.step))]
            )

    def refuse_keys(self, keys: Collection[str]) -> None:
        """Raise ``ScenarioError`` if one of these keys is conditioned: its spread is no more."""
        held = [key for key in keys if key in self.draws]
        if held:
            what = Message(
                "{key} is conditioned on observations, so its own spread is not drawn from",
                key=held[0],
            )
            raise ScenarioError(
                [
                    Problem(
                        held[0],
                        what,
                        Message("choose another, or add {option}", option=release_advice(held)),
                    )
                ]
            )


@dataclass(frozen=True)
class Draws:
    """Joint draws by key, each (replications,), and the numbers they were drawn for."""

    columns: Mapping[str, NDArray[np.float64]]
    numbers: Mapping[str, Any]
    """By key: value and spread of a number as they were when it was conditioned."""


def release_advice(keys: Sequence[str]) -> str:
    """Return how to give up the draws of some keys."""
    return f"--set 'posterior.released=[{', '.join(keys)}]'"


def identity_of(quantity: Quantity) -> Any:
    """Return what the draws of a number depend on: its value and its spread."""
    return quantity.model_dump(mode="json", by_alias=True, include={"value", "between", "spread"})


def changed_numbers(posterior: Posterior, numbers: Mapping[str, Quantity]) -> list[str]:
    """Return keys whose number is not the one that was conditioned, so that its draws are void.

    ``numbers`` are those of the scenario by path. Raises ``ScenarioError`` as ``read_draws``.
    """
    held = read_draws(posterior.file, posterior.sha256).numbers
    return [
        key
        for key, number in held.items()
        if key not in posterior.released
        and (key not in numbers or identity_of(numbers[key]) != number)
    ]


@lru_cache(maxsize=8)
def read_draws(file: Path, sha256: str) -> Draws:
    """Read a file of joint draws.

    Raises ``ScenarioError`` if the file is not there, is not the one named, or holds no draws.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    try:
        data = file.read_bytes()
    except OSError as error:
        what: str = Message(
            "the draws of this scenario can't be read: {reason}", reason=reason_of(error)
        )
        raise ScenarioError([Problem(str(file), what, AGAIN)]) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        what = "this file does not hold the draws that the scenario names by their SHA-256"
        raise ScenarioError([Problem(str(file), what, AGAIN)])
    try:
        table = parquet.read_table(BytesIO(data))
        numbers = json.loads((table.schema.metadata or {})[NUMBERS])
        columns = {
            str(name): np.asarray(column.to_numpy(), dtype=np.float64)
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    except (pa.ArrowInvalid, ValueError, KeyError):
        what = "this file holds no table of draws"
        raise ScenarioError([Problem(str(file), what, AGAIN)]) from None
    if not all(np.isfinite(column).all() for column in columns.values()):
        raise ScenarioError([Problem(str(file), "a draw is not a finite number", AGAIN)])
    return Draws(columns, numbers)


def write_draws(
    folder: Path,
    draws: Mapping[str, NDArray[np.float64]],
    numbers: Mapping[str, Quantity],
) -> tuple[Path, str]:
    """Write joint draws to a file named by its SHA-256; return the file and the whole hash.

    ``numbers`` are those numbers of the scenario that the draws are of, by path.
    """
    import pyarrow as pa
    from pyarrow import parquet

    stream = BytesIO()
    table = pa.table({key: pa.array(draws[key]) for key in sorted(draws)})
    known = {key: identity_of(number) for key, number in sorted(numbers.items())}
    table = table.replace_schema_metadata({NUMBERS: json.dumps(known, sort_keys=True).encode()})
    parquet.write_table(table, stream, compression="zstd")
    data = stream.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    file = folder / f"posterior-{digest[:12]}.parquet"
    file.write_bytes(data)
    return file, digest
