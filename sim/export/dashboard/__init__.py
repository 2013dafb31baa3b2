"""Finished runs side by side as one page that a browser opens offline.

The page holds the tables of the runs, rounded as reports round them; it draws and tells them and
computes nothing. Its code and style lie in ``web``, the chart library in ``vendor``.
"""
