"""Write scenarios and patches as YAML that reads back as the same data.

Text that would read as a number or a date is quoted, and nothing is an alias. In a patch a number
with three decimals gets a fourth, since a dot before three digits is read in two ways.
"""

from __future__ import annotations

from typing import Any

import yaml

from ..clock import DAY_FORMS
from .number_text import THOUSANDS
from .yaml_reader import NUMBER


class ResolvedDumper(yaml.CSafeDumper):
    """YAML dumper of complete scenarios."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write everything out: scenario files may not contain aliases."""
        return True


class PatchDumper(ResolvedDumper):
    """YAML dumper of patches."""


def _patch_number(dumper: PatchDumper, value: float) -> Any:
    node = yaml.CSafeDumper.represent_float(dumper, value)
    if THOUSANDS.fullmatch(node.value):
        node.value += "0"
    return node


ResolvedDumper.add_implicit_resolver("tag:yaml.org,2002:float", NUMBER, list("+-.0123456789"))
for _form in DAY_FORMS:
    ResolvedDumper.add_implicit_resolver("tag:yaml.org,2002:timestamp", _form, list("0123456789"))
PatchDumper.add_representer(float, _patch_number)


def resolved_text(data: Any) -> str:
    """Return a complete scenario as YAML."""
    return _text(data, ResolvedDumper, 100)


def patch_text(data: Any, width: int = 100) -> str:
    """Return a patch, or a part of one, as YAML."""
    return _text(data, PatchDumper, width)


def value_text(value: Any) -> str:
    """Return a value of a patch in one line, as ``--set`` takes it."""
    text: str = yaml.dump(
        [value], Dumper=PatchDumper, default_flow_style=True, width=10**6, allow_unicode=True
    )
    return text.strip()[1:-1]


def _text(data: Any, dumper: type[ResolvedDumper], width: int) -> str:
    text: str = yaml.dump(data, Dumper=dumper, allow_unicode=True, sort_keys=False, width=width)
    return text
