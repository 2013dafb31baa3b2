"""The reference model: the same chain with one SimPy process per person."""
