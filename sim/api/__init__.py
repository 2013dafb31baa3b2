"""Python interface: scenarios, results and studies as objects, for scripts and Jupyter.

Everything here calls what the command line calls, so both give the same numbers, charts and files.
"""
