"""opvangsim: Dutch asylum reception, from inflow to the gap in the budget.

Load a scenario, run it, and look at the result::

    import sim

    baseline = sim.load("baseline")
    baseline["housing.homes"], baseline.housing.homes   # a number of it, by key or attribute
    result = baseline.run(replications=100)             # or sim.run("baseline", replications=100)
    result.gap                                          # the gap by year, with its 80% interval
    result.yearly.loc["occupancy", "total", "mean"]     # tidy data frames, units in their attrs
    result.plot.need(ax=ax)                             # charts on matplotlib axes
    baseline.compare("faster-housing")                  # differences, on common random numbers
    baseline.override({"housing.homes": 40_000})        # another scenario

Each command of ``opvangsim --help`` has a counterpart here. Wrong input raises ``ScenarioError``,
which says where, what is wrong and what to do.
"""

import lazy_loader

# Public names and their modules are listed in __init__.pyi; a module is imported on first use.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
