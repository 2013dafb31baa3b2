"""What is asked where the user does not say; light, since the command line reads it at once."""

STOCK_LOW, STOCK_HIGH, STOCK_POINTS = 20_000, 120_000, 11
"""Fixed stocks of regular places that are tried [places], and how many of them."""
STOCK_REACHED = 2027
IND_CUT_FROM = 2026
GAP_YEAR = 2027
CERTAINTY = 0.8
FRONTIER_POINTS = 7
SENSITIVITY_POINTS = 1024
