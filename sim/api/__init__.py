"""The face for Python and Jupyter: scenarios, results and studies as objects that can be looked at.

Everything here calls what the command line calls, so that the same question gives the same
numbers, charts and files.
"""
