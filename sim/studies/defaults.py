"""What is asked where the user does not say; light, since the command line reads it at once."""

GAP_YEAR = 2027
CERTAINTY = 0.8
FRONTIER_POINTS = 7
SENSITIVITY_POINTS = 1024
