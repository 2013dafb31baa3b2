"""Questions to several runs, put together once for the command line and for Python.

Each module takes loaded scenarios and settings, refuses what can't be asked, and gives a
``Finding``: the study with its tables, what tells it, and what draws it. Nothing here prints or
writes.
"""
