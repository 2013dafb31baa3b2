"""A what-if without its form: sliders, and the answer for a position of them.

``sliders`` defines the sliders and the scenario changes they make, ``compute`` simulates and
prices, ``answer`` says what is shown. Jupyter (``notebook.what_if``) and the page of
``opvangsim serve`` (``web``) both show these.
"""
