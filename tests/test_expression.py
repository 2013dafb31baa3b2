"""Conditions: a small language, of which nothing but a condition can be said."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.results.conditions import OPERATORS, evaluate, names, parse

NAMES = ("gap.total.2027", "housing.homes@2026-07-01", "a:p90")


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.sampled_from(["one", "one", "not", "and", "or"] if depth else ["one"]))
    if kind == "one":
        left, right = (
            draw(st.one_of(st.sampled_from(NAMES), st.integers(-9, 9).map(str))) for _ in "ab"
        )
        return f"{left} {draw(st.sampled_from(sorted(OPERATORS)))} {right}"
    if kind == "not":
        return f"not ({draw(conditions(depth=depth - 1))})"
    parts = [draw(conditions(depth=depth - 1)) for _ in range(2)]
    return f" {kind} ".join(f"({part})" for part in parts)


@pytest.mark.slow
@given(conditions(), st.lists(st.integers(-9, 9), min_size=3, max_size=3))
def test_a_condition_means_what_python_would_make_of_it(text: str, numbers: list[int]) -> None:
    values = dict(zip(NAMES, numbers, strict=True))
    plain = text
    for name, number in values.items():
        plain = plain.replace(name, f"({number})")
    condition = parse(text, "--where")
    assert bool(evaluate(condition, values)) == eval(plain)
    arrays = {name: np.array([number, number]) for name, number in values.items()}
    if names(condition):
        assert np.broadcast_to(evaluate(condition, arrays), 2).tolist() == [eval(plain)] * 2
    assert set(names(condition)) == {name for name in NAMES if name in text}


def test_and_binds_closer_than_or_and_not_closer_than_both() -> None:
    values = {"a": 1.0}
    assert evaluate(parse("a == 1 or a == 2 and a == 3", "x"), values)
    assert not evaluate(parse("(a == 1 or a == 2) and a == 3", "x"), values)
    assert evaluate(parse("not a == 2 and a == 1", "x"), values)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ScenarioError):
        parse(text, "--where")


@given(st.text(alphabet="ab1.<>=!()@: notadr-+eE", max_size=80))
def test_text_that_is_nearly_a_condition_is_read_or_refused(text: str) -> None:
    try:
        condition = parse(text, "--where")
    except ScenarioError:
        return
    evaluate(condition, dict.fromkeys(names(condition), 1.0))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "a name or a number belongs here"),
        ("a > ", "a name or a number belongs here"),
        ("a > 1 b", "unexpected word 'b'"),
        ("a", "a comparison belongs here"),
        ("(a > 1", "a bracket is not closed"),
        ("a > 1e999", "too large"),
        ("a.__class__ > 1; import os", "is not allowed in a condition"),
        ("f(a) > 1", "a comparison belongs here"),
        ("(" * 60 + "a > 1" + ")" * 60, "nested more than"),
        ("a > 1 or " * 300 + "a > 1", "characters"),
    ],
)
def test_what_is_no_condition_is_refused_where_it_stops_being_one(text: str, what: str) -> None:
    with pytest.raises(ScenarioError, match=what):
        parse(text, "--where")
