"""Charts of studies, of the scorecard and of all scenarios: how each is drawn and what it says.

Each is laid out anew for its width by the means of the charts of a run.
"""
