"""Versions of the packages that the numbers depend on."""

from __future__ import annotations

from importlib import metadata

VERSIONED = ("opvangsim", "numpy", "scipy", "simpy")


def versions() -> dict[str, str]:
    """Return the versions of the packages that the numbers depend on."""
    return {name: metadata.version(name) for name in VERSIONED}
