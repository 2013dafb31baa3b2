"""Distributions of uncertain numbers: one draw per replication."""

from __future__ import annotations

import itertools
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ..errors import Message, all_of, none_of
from .base import Frozen, Number, RuleError

P5 = 1.6448536269514722
"""Standard deviations between the median of a normal and its 5th percentile."""
FURTHEST = 1e-6
"""Tail probability that is ignored when the bounds of a distribution without ends are checked."""
MOST_ON_LOG = 2.0
NEEDS = {
    "triangular": {"low", "high"},
    "uniform": {"low", "high"},
    "normal": {"sd"},
    "lognormal": {"sd"},
    "student_t": {"scale", "df"},
    "quantiles": {"p5", "p95"},
}
MAY = {
    "triangular": {"mode"},
    "uniform": set[str](),
    "normal": {"low", "high"},
    "lognormal": {"low", "high"},
    "student_t": {"low", "high"},
    "quantiles": {"p50", "low", "high"},
}


class Distribution(Frozen):
    """The distribution of an uncertain number; one value is drawn per replication.

    ``as: value`` draws the number itself, ``as: factor`` a factor on it (the only way for a dated
    value). Triangular and uniform have ends (``low``, ``high``); the mode is the value unless one
    is given. Normal has the value as its mean and ``sd``; lognormal the value as its median and
    ``sd`` on the log; student_t the value as its middle, with ``scale`` and ``df`` degrees of
    freedom, for errors that are now and then far larger than usual; quantiles has 5, 50 and 95%
    points (the middle one is the value unless one is given), each side a half normal. These four
    may be cut off at ``low`` and ``high``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    dist: Literal["triangular", "uniform", "normal", "lognormal", "student_t", "quantiles"] = Field(
        description="form of the distribution"
    )
    low: Number | None = Field(default=None, description="lower end, or where it is cut off")
    mode: Number | None = Field(default=None, description="likeliest value of a triangular")
    high: Number | None = Field(default=None, description="upper end, or where it is cut off")
    sd: Number | None = Field(
        default=None, gt=0, description="standard deviation; of the logarithm for a lognormal"
    )
    scale: Number | None = Field(default=None, gt=0, description="scale of a student_t")
    df: Number | None = Field(default=None, gt=2, description="degrees of freedom of a student_t")
    p5: Number | None = Field(default=None, description="5% lie below")
    p50: Number | None = Field(default=None, description="half lie below")
    p95: Number | None = Field(default=None, description="95% lie below")
    kind: Literal["value", "factor"] = Field(
        default="value", alias="as", description="draw the number itself, or a factor on it"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        given = {key for key in ("low", "mode", "high", "sd", "scale", "df", "p5",
                                    "p50", "p95") if getattr(self, key) is not None}  # fmt: skip
        if self.dist == "lognormal" and self.sd is not None and self.sd > MOST_ON_LOG:
            raise RuleError(
                Message("sd {sd:g} of a lognormal is on the logarithm", sd=self.sd),
                "0.2 is about a fifth up or down; at most 2",
            )
        example = Message("as in {example}", example=EXAMPLES[self.dist])
        missing = NEEDS[self.dist] - given
        if missing:
            keys = all_of(sorted(missing))
            what = Message("a {dist} spread needs {keys}", dist=self.dist, keys=keys)
            raise RuleError(what, example)
        strange = given - NEEDS[self.dist] - MAY[self.dist]
        if strange:
            keys = none_of(sorted(strange))
            what = Message("a {dist} spread has no {keys}", dist=self.dist, keys=keys)
            raise RuleError(what, example)
        points = [(key, getattr(self, key)) for key in ("low", "p5", "mode", "p50", "p95", "high")]
        known = [(key, value) for key, value in points if value is not None]
        for (left, small), (right, large) in itertools.pairwise(known):
            strict = {left, right} in ({"low", "high"}, {"p5", "p95"})
            if small > large or (strict and small == large):
                what = Message(
                    "{left} ({small:g}) must lie below {right} ({large:g})",
                    left=left,
                    small=small,
                    right=right,
                    large=large,
                )
                raise RuleError(what, "put them in order")
        return self

    def ends(self, centre: float) -> tuple[float, float]:
        """Lowest and highest value that can be drawn, up to a probability of one in a million."""
        return float(self.quantile(FURTHEST, centre)), float(self.quantile(1 - FURTHEST, centre))

    def variance(self, centre: float) -> float:
        """Variance of what is drawn, from ten thousand even quantiles."""
        from numpy import arange

        return float(self.quantile((arange(10_000) + 0.5) / 10_000, centre).var())

    def quantile(self, u: Any, centre: float) -> Any:
        """Quantile function at ``u`` for a number whose value is ``centre``."""
        if self.dist in ("triangular", "uniform"):
            return self._between(u, centre)
        if self.dist == "student_t":
            return self._student(u, centre)
        from scipy.special import ndtr, ndtri

        if self.dist != "quantiles":
            sides = (self.sd or 0.0, self.sd or 0.0)
            middle = centre
        else:
            middle = self.p50 if self.p50 is not None else centre
            assert self.p5 is not None
            assert self.p95 is not None
            sides = ((middle - self.p5) / P5, (self.p95 - middle) / P5)
        least = 0.0 if self.low is None else ndtr(self._z(self.low, middle, sides))
        most = 1.0 if self.high is None else ndtr(self._z(self.high, middle, sides))
        z = ndtri(least + u * (most - least))
        if self.dist == "lognormal":
            from numpy import exp

            return middle * exp(sides[0] * z)
        return middle + (sides[0] * (z < 0) + sides[1] * (z >= 0)) * z

    def _student(self, u: Any, centre: float) -> Any:
        """Quantile of a Student t around ``centre``, within its ends."""
        from scipy.special import stdtr, stdtrit

        assert self.scale is not None
        assert self.df is not None
        least = 0.0 if self.low is None else stdtr(self.df, (self.low - centre) / self.scale)
        most = 1.0 if self.high is None else stdtr(self.df, (self.high - centre) / self.scale)
        return centre + self.scale * stdtrit(self.df, least + u * (most - least))

    def _z(self, value: float, middle: float, sides: tuple[float, float]) -> float:
        """Standard normal score of ``value``."""
        from math import inf, log

        if self.dist == "lognormal":
            return log(value / middle) / sides[0] if value > 0 else -inf
        side = sides[0] if value < middle else sides[1]
        return (value - middle) / side if side > 0 else (-inf if value < middle else inf)

    def _between(self, u: Any, centre: float) -> Any:
        assert self.low is not None
        assert self.high is not None
        width = self.high - self.low
        if self.dist == "uniform":
            return self.low + u * width
        mode = self.mode if self.mode is not None else centre
        rise = (mode - self.low) / width
        left = self.low + (u * width * (mode - self.low)) ** 0.5
        right = self.high - ((1 - u) * width * (self.high - mode)) ** 0.5
        return left * (u < rise) + right * (u >= rise)


EXAMPLES = {
    "triangular": "{dist: triangular, low: 0.8, high: 1.2, as: factor}",
    "uniform": "{dist: uniform, low: 0.8, high: 1.2, as: factor}",
    "normal": "{dist: normal, sd: 0.1, low: 0, as: factor}",
    "lognormal": "{dist: lognormal, sd: 0.2, as: factor}",
    "student_t": "{dist: student_t, scale: 0.2, df: 4}",
    "quantiles": "{dist: quantiles, p5: 0.8, p50: 1, p95: 1.3, as: factor}",
}
