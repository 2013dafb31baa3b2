"""A live what-if in Jupyter: sliders, and charts that move with them.

``knobs`` says what can be turned and what that changes; ``reckon`` simulates, and prices what was
simulated; ``board`` keeps what is known and what is under way; ``widget`` shows it.
"""
