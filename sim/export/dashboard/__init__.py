"""Finished runs side by side as one page that a browser opens offline.

The page contains the tables of the runs, rounded as in reports; it shows them and computes nothing.
Its code and style are in ``web``, the chart library in ``vendor``.
"""
