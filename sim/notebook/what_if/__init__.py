"""A live what-if in Jupyter: sliders, and charts that follow them.

``sliders`` defines the sliders and the scenario changes they make, ``compute`` simulates and
prices, ``controller`` tracks finished and running simulations, and ``widget`` displays them.
"""
