"""Execute the notebooks anew and keep what comes out: run it when results or notebooks moved.

Some three minutes; names of notebooks after the command take only these.
"""

from __future__ import annotations

import sys

from support.notebooks import NAMES, executed, file_of


def main() -> None:
    for name in sys.argv[1:] or NAMES:
        file_of(name).write_text(executed(name), "utf-8")


if __name__ == "__main__":
    main()
