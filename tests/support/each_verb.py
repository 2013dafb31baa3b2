"""Each kind of command once, as small as it can be; and what they leave behind."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .cli import DESIGN, FEW, run_cli
from .folders import digest

YEAR = ("--until", "2025-12-31")
EACH_VERB = (
    ("scenario", "new", "mine"),
    ("scenario", "check", "windows.yaml"),
    ("run", "windows.yaml", *FEW, *YEAR, "--no-charts", "--out", "r"),
    # Over what is there, with charts; then the same once more from the record.
    ("run", "windows.yaml", *FEW, *YEAR, "--seed", "2", "--lang", "nl", "--out", "r"),
    ("runs", "verify", "r"),
    ("runs", "reproduce", "r"),
    ("plot", "r", "gap", "-o", "c"),
    ("memo", "r", "-o", "m.docx", "--lang", "nl"),
    ("memo", "r", "-o", "m.md"),
    ("dashboard", "r", "-o", "d.html"),
    ("compare", "baseline", "faster-housing", *FEW, *YEAR, "-o", "compared"),
    ("sweep", "design.yaml", "--out", "s", "--workers", "1", "--quiet"),
    ("sweep", "design.yaml", "--out", "s", "--workers", "1", "--quiet"),
    ("export", "r", "--xlsx", "-o", "r.xlsx"),
    ("export", "r", "--csv", "-o", "t"),
    ("export", "r", "--iamc", "-o", "i.csv"),
    ("export", "baseline", "--xlsx", "-o", "b.xlsx"),
    ("scenario", "import", "edited.xlsx", "-o", "p.yaml"),
    ("hindcast", "--process"),
    ("answer", "33", *FEW),
    ("runs", "list", "."),
)
PATCH = """\
extends: baseline
title: {en: Written elsewhere, nl: Elders geschreven — “ook zó”}
description: {en: As an editor elsewhere writes it., nl: Zoals een editor elders schrijft.}
housing.homes:
  value: 25000
  assumption: >
    a text of
    two lines
"""
"""A scenario as an editor on Windows writes it: with a mark of its encoding, and CR LF."""


def prepare(folder: Path) -> None:
    """Put what the commands read into a folder."""
    from .workbooks import edited, opened_bytes, where_is

    # Results replace an empty folder.
    (folder / "c").mkdir()
    (folder / "design.yaml").write_text(DESIGN, "utf-8", newline="\n")
    (folder / "windows.yaml").write_bytes(PATCH.replace("\n", "\r\n").encode("utf-8-sig"))
    os.chdir(folder)
    run_cli("export", "baseline", "--xlsx", "-o", "edited.xlsx")
    file = Path("edited.xlsx")
    data = file.read_bytes()
    at = where_is(opened_bytes(data, file), "housing.homes")
    file.write_bytes(edited(data, {at: 30_000}))


def run_each(folder: Path) -> dict[str, object]:
    """Run all in a folder that is prepared; return what failed, and all files by their hash."""
    os.chdir(folder)
    bad = [(words, done) for words in EACH_VERB if (done := run_cli(*words)).returncode != 0]
    files = {
        file.relative_to(folder).as_posix(): digest(file) if file.is_file() else "a folder"
        for file in sorted(folder.rglob("*"))
    }
    return {"bad": [(words, done.returncode, done.stderr) for words, done in bad], "files": files}


if __name__ == "__main__":
    print(json.dumps(run_each(Path(sys.argv[1]))))
