"""Scenarios: their schema, and how a YAML file becomes a ``Scenario``."""

import lazy_loader

# Names and their modules are listed in __init__.pyi; a module is imported on first use, so that the
# name of a scenario is looked up without the schema.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
