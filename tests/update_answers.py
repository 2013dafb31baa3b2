"""Write the table of answers into docs/answers.md: run it when results or questions moved.

Takes some minutes where the runs are not kept yet (outputs/answers/kept).
"""

from __future__ import annotations

import sys

from test_book import ALL, ANSWERS_PAGE, TABLE, mark

from sim.questions.pages import summary
from sim.questions.run_studies import answers
from sim.results.experiment import Settings
from sim.studies.base import no_progress


def main() -> None:
    found = answers(ALL, Settings(), 0, no_progress)
    pages = [found.page(one, "en") for one in ALL]
    wrong = [page.notes[0] for page in pages if page.notes and "CAUTION" in page.notes[0]]
    if wrong:
        sys.exit("\n".join(wrong))
    head = f"<!-- answers: {mark()} -->\n\n"
    table = f"{head}{summary(pages)}\n<!-- end of answers -->"
    page = ANSWERS_PAGE.read_text("utf-8")
    ANSWERS_PAGE.write_text(TABLE.sub(lambda _: table, page), "utf-8")


if __name__ == "__main__":
    main()
