"""A live what-if in Jupyter: sliders, and charts that follow them.

``sliders`` defines the sliders and the scenario changes they make, ``compute`` simulates and
prices, ``controller`` tracks known and pending results, and ``widget`` displays them.
"""
