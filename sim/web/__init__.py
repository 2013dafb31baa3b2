"""The what-if as a page in a browser: ``opvangsim serve``.

``guard`` decides which requests are let in, ``position`` reads the sliders in an address, ``work``
simulates and keeps what was simulated, ``drawing`` makes charts and numbers, ``files`` makes the
files to download, ``routes`` names the addresses, ``serving`` runs all of it. The page itself is in
``page``. Every answer follows from its address alone: the server keeps nothing of a visitor.
"""
