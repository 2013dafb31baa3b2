"""The same chain once more as one compiled loop: a yardstick for speed, used by `make bench` alone.

Replications and days are plain loops, compiled by numba. Scenario, draws of parameters, opening
and ledger are those of the fast model; the actors are written anew, and luck is numba's own, drawn
from the distributions of ``sim.model.sampling``. It knows ``closing: need`` by the day. ``chain``
is the loop, ``numbers`` what it is handed, ``book`` what it keeps; the other parts are the actors.
"""

from .chain import simulate_compiled

__all__ = ["simulate_compiled"]
