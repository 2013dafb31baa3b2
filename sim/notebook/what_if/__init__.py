"""The what-if in Jupyter: sliders, and charts that follow them.

``controller`` tracks finished and running simulations, and ``widget`` displays them. The sliders
and the computation are those of ``sim.what_if``.
"""
