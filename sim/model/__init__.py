"""The model: what happens, in simulated time and with chance."""
