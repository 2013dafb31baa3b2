"""The notebooks: where they lie, and how one is executed as a reader would, in an empty folder.

Executed again they are the same, byte by byte: what tells of the machine or the version of Python
is no part of them.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = (
    "1_first_tour",
    "2_the_gap_after_2026",
    "3_your_own_scenario",
    "4_how_good_was_it",
    "5_decide_under_uncertainty",
    "6_ind_against_coa",
    "7_first_working_day",
    "8_from_one_number_to_a_plan",
)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SECONDS_A_CELL = 300
MISTAKE = "raises-exception"
"""Tag of a cell that shows what a mistake looks like."""


def file_of(name: str) -> Path:
    """The file of a notebook."""
    return FOLDER / f"{name}.ipynb"


def executed(name: str) -> str:
    """The text of a notebook's file once all its cells were executed in a new kernel.

    In an empty folder and with a home of its own, so that nothing of the user's has a part in it.
    Raises ``nbclient.exceptions.CellExecutionError`` if a cell fails that is not to fail.
    """
    nbformat: Any = import_module("nbformat")
    client_of: Any = import_module("nbclient").NotebookClient
    book = nbformat.read(file_of(name), as_version=4)
    with TemporaryDirectory(prefix="notebook-") as folder:
        home, work = Path(folder) / "home", Path(folder) / "work"
        work.mkdir()
        homes = {key: str(home) for key in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR")}
        client = client_of(
            book,
            timeout=SECONDS_A_CELL,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(work)}},
            extra_arguments=["--log-level=ERROR"],
        )
        # What is kept of a notebook is what it shows in the end: no bar of progress.
        quiet = {"PYTHONWARNINGS": "default", "OPVANGSIM_PROGRESS": "off"}
        client.execute(env={**os.environ, **homes, **quiet})
    book.metadata = nbformat.from_dict(METADATA)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    nbformat.validate(book)
    return str(nbformat.writes(book)) + "\n"


def _joined(outputs: list[Any]) -> list[Any]:
    """Outputs with what was printed in several goes as one: in how many it came is chance."""
    found: list[Any] = []
    for one in outputs:
        last = found[-1] if found else {"output_type": None}
        if one["output_type"] == "stream" == last["output_type"] and one["name"] == last["name"]:
            last["text"] += one["text"]
        else:
            found.append(one)
    return found
