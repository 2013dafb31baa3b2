"""Random counts inside the compiled steps, from the same keyed streams as ``sampling``.

One uniform belongs to each process, day, replication and cell. It comes from the counter-based
generator Philox (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3") and is turned
into a count by inverse transform. ``RandomStreams.uniforms`` gives Python code the same uniforms.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import get_cython_function_address, intrinsic, overload
from numpy.typing import NDArray
from scipy import special

from .compiled import compiled, inlined
from .sampling import SMALLEST_UNIFORM, Counts, Floats, RandomStreams, stream_key

EXACT_BELOW_MEAN = 12.0
"""Up to this mean a count is exact; above it a normal with a correction for skewness."""
LONGEST_WALK = 80
"""Steps after which the chance that is left (at a mean of 12) is below 1e-30."""
ROUNDS = 10
MULTIPLIERS = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
KEY_STEPS = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
"""The constants of Philox 4x64: multipliers of a round, and what is added to the key after it."""
LOW_HALF, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
DROPPED_BITS, ONE, NONE = np.uint64(11), np.uint64(1), np.uint64(0)
UNIT = 2.0**-53


class Stream(IntEnum):
    """Processes with a random stream of their own; the stream's name is the name in small type.

    Each takes so many random numbers ``a_group`` in a step, and so many ``beside``.
    """

    a_group: int
    beside: int

    FAMILY_ARRIVALS = 0, 2
    INTAKE = 1, 4
    IND = 5, 0
    COURTS = 4, 0
    DEPARTURES = 3, 2
    FAMILY_DESK = 0, 1
    MUNICIPALITIES = 0, 1
    GUARDIANSHIP = 1, 1

    def __new__(cls, a_group: int, beside: int) -> Stream:
        stream = int.__new__(cls, len(cls.__members__))
        stream._value_ = len(cls.__members__)
        stream.a_group, stream.beside = a_group, beside
        return stream


class Draws(NamedTuple):
    """Keys of the random streams, and room for the uniforms of one process and replication."""

    keys: NDArray[np.uint64]
    """(process, round, 2)"""
    blocks: Counts
    """(process,): blocks of four uniforms that it takes in a step."""
    first: int
    """Number of the first replication."""
    varied: int
    """1, or 0 where all replications get the numbers of number 0."""
    uniforms: Floats


def new_draws(streams: RandomStreams, groups: int) -> Draws:
    """Prepare the streams of a simulation with so many groups."""
    keys = np.zeros((len(Stream), ROUNDS, 2), dtype=np.uint64)
    for process in Stream:
        start = (streams.seed, stream_key(process.name.lower()))
        for turn in range(ROUNDS):
            for half in range(2):
                keys[process, turn, half] = (start[half] + turn * KEY_STEPS[half]) % 2**64
    blocks = np.array([-(-(each.a_group * groups + each.beside) // 4) for each in Stream])
    return Draws(keys, blocks, streams.first, int(streams.varied), np.zeros(4 * blocks.max()))


def product(one: np.uint64, other: np.uint64) -> tuple[np.uint64, np.uint64]:
    """High and low half of the product of two whole numbers of 64 bits, by halves of 32 bits."""
    low, high = one & LOW_HALF, one >> HALF
    other_low, other_high = other & LOW_HALF, other >> HALF
    lowest, across = low * other_low, high * other_low
    middle = (lowest >> HALF) + (across & LOW_HALF) + low * other_high
    top = high * other_high + (across >> HALF) + (middle >> HALF)
    return top, (middle << HALF) | (lowest & LOW_HALF)


@intrinsic
def _wide_product(_context, _one, _other):  # type: ignore[no-untyped-def]
    """The same product in one instruction of the processor."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        wide, narrow = ir.IntType(128), ir.IntType(64)
        one, other = (builder.zext(value, wide) for value in arguments)
        whole = builder.mul(one, other)
        top = builder.trunc(builder.lshr(whole, ir.Constant(wide, 64)), narrow)
        halves = (top, builder.trunc(whole, narrow))
        return context.make_tuple(builder, signature.return_type, halves)

    pair = types.UniTuple(types.uint64, 2)
    return pair(types.uint64, types.uint64), generate


@overload(product, inline="always")
def _compile_product(_one, _other):  # type: ignore[no-untyped-def]
    return lambda _one, _other: _wide_product(_one, _other)  # noqa: PLW0108


def normal_quantile(chance: float) -> float:
    """Standard normal quantile of a chance."""
    return float(special.ndtri(chance))


binding.add_symbol(
    "opvangsim_ndtri", get_cython_function_address("scipy.special.cython_special", "ndtri")
)
_ndtri = types.ExternalFunction("opvangsim_ndtri", types.float64(types.float64))


@overload(normal_quantile, inline="always")
def _compile_normal_quantile(_chance):  # type: ignore[no-untyped-def]
    return lambda _chance: _ndtri(_chance)  # noqa: PLW0108


@inlined
def _unit(bits: np.uint64) -> float:
    return max(np.float64(bits >> DROPPED_BITS) * UNIT, SMALLEST_UNIFORM)


@compiled
def draw(draws: Draws, process: int, day: int, r: int) -> None:
    """Draw the uniforms of a process on a day in a replication, into ``draws.uniforms``."""
    blocks = draws.blocks[process]
    number = (draws.first + r) * blocks if draws.varied else 0
    for block in range(blocks):
        a, b, c, d = np.uint64(number + block + 1), np.uint64(day), NONE, NONE
        for turn in range(ROUNDS):
            high, low = product(MULTIPLIERS[0], a)
            other_high, other_low = product(MULTIPLIERS[1], c)
            a = other_high ^ b ^ draws.keys[process, turn, 0]
            b = other_low
            c = high ^ d ^ draws.keys[process, turn, 1]
            d = low
        at = 4 * block
        draws.uniforms[at], draws.uniforms[at + 1] = _unit(a), _unit(b)
        draws.uniforms[at + 2], draws.uniforms[at + 3] = _unit(c), _unit(d)


@compiled
def poisson(u: float, mean: float) -> int:
    """Poisson count with a mean, by the uniform ``u``."""
    if mean <= EXACT_BELOW_MEAN:
        return walk(u, math.exp(-mean), mean, 0.0)
    sd = math.sqrt(mean)
    return skewed_normal(u, mean, sd, 1.0 / sd)


@compiled
def binomial(u: float, trials: int, chance: float, log_of_failure: float) -> int:
    """Number of successes in so many trials, by the uniform ``u``.

    A chance outside 0 to 1 counts as 0 or 1. Failures are counted where they are the rarer;
    ``log_of_failure`` is the logarithm of the chance of what is counted not to happen.
    """
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    turned = chance > 0.5
    p = 1.0 - chance if turned else chance
    u = 1.0 - u if turned else u
    mean = trials * p
    if mean <= EXACT_BELOW_MEAN:
        odds = p / (1.0 - p)
        count = walk(u, math.exp(trials * log_of_failure), odds * (trials + 1), -odds)
    else:
        sd = math.sqrt(mean * (1.0 - p))
        count = skewed_normal(u, mean, sd, (1.0 - 2.0 * p) / sd)
    count = min(count, trials)
    return trials - count if turned else count


@compiled
def walk(u: float, none: float, over_k: float, constant: float) -> int:
    """Walk up a distribution function until it passes ``u``.

    The chance of ``k`` is that of ``k - 1`` times ``over_k / k + constant``, which covers Poisson
    (mean / k) and binomial (odds (n + 1) / k - odds).
    """
    chance = reached = none
    count = 0
    while u > reached and count < LONGEST_WALK:
        count += 1
        chance *= max(over_k / count + constant, 0.0)
        reached += chance
    return count


@compiled
def skewed_normal(u: float, mean: float, sd: float, skewness: float) -> int:
    """Cornish-Fisher: a normal corrected for skewness, rounded to a count.

    Rounding adds a variance of 1/12, which is taken off beforehand.
    """
    z = normal_quantile(u)
    narrower = math.sqrt(sd * sd - 1.0 / 12.0)
    value = mean + narrower * (z + skewness * (z * z - 1.0) / 6.0)
    return int(max(math.floor(value + 0.5), 0.0))


@inlined
def whole(fractions: Floats, r: int, index: int, amount: float) -> int:
    """Turn a flow into whole people; ``fractions[r, index]`` carries the rest to the next step."""
    total = amount + fractions[r, index]
    people = math.floor(total + 1e-9)
    fractions[r, index] = total - people
    return people


@compiled
def total(values: Floats) -> float:
    """Sum of up to 128 numbers, added in the order in which numpy adds them.

    Eight sums side by side, so that results of earlier versions stay the same to the bit.
    """
    count = values.shape[0]
    upto = count - count % 8
    result = 0.0
    if upto:
        a, b, c, d = values[0], values[1], values[2], values[3]
        e, f, g, h = values[4], values[5], values[6], values[7]
        for at in range(8, upto, 8):
            a += values[at]
            b += values[at + 1]
            c += values[at + 2]
            d += values[at + 3]
            e += values[at + 4]
            f += values[at + 5]
            g += values[at + 6]
            h += values[at + 7]
        result = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for at in range(upto, count):
        result += values[at]
    return result
