"""``opvangsim discover``."""


def discover() -> None:
    """x"""
