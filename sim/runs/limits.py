"""Limits of what a simulation may be asked for, and of what the folder of one may hold."""

from __future__ import annotations

MOST_REPLICATIONS = 1_000_000
"""Largest number of replications, of a run as of each run of a sweep."""
MOST_POINTS = 32_768
"""Largest number of points of each half of the sample of a sensitivity study."""
MOST_PLACES = 5_000_000
"""Largest number of places to try, as of a scenario."""
