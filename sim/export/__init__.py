"""Files for others: workbooks, tables, and the way back from a workbook to a patch.

``sheet`` writes a workbook, ``opened`` reads one that may hold anything. ``run_book`` and
``series`` show a run; ``form`` shows a scenario, ``filled`` reads it back and ``patch`` says what
was changed. ``tables`` are for programs, ``whence`` tells where a file comes from.
"""
