"""Display in Jupyter: rich output, charts and the what-if."""
