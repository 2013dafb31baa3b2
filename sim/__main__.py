"""``python -m sim`` is ``opvangsim``."""

from .cli import main

main()
