"""Exact arithmetic on minor units: shares of a whole and rounding; every other rule of money is built on these two."""

from collections.abc import Sequence

from payouts.errors import AmountInvalidError

BASIS_POINTS = 10_000
"""Parts of one whole in which rates are written: 1000 basis points are ten per cent."""


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide `total` minor units in proportion to `weights` so that the parts sum to it exactly.

    Largest remainder: each part is rounded towards zero and the units left over go to the largest remainders, ties
    to the lowest index. A zero weight gets nothing. Symmetric: `allocate(-t, w)` is the negative of `allocate(t, w)`.

    Raises AmountInvalidError for a negative weight, or when there is something to divide and no weight to divide it by.
    """
    if any(weight < 0 for weight in weights):
        raise AmountInvalidError("a share cannot have a negative weight")
    whole = sum(weights)
    if whole == 0:
        if total:
            raise AmountInvalidError("an amount cannot be divided among shares that all weigh nothing")
        return (0,) * len(weights)
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(size * weights[index] % whole), index))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return tuple(parts) if total >= 0 else tuple(-part for part in parts)


def portion(amount: int, numerator: int, denominator: int) -> int:
    """`amount` times a fraction, rounded half up to whole minor units; for amounts and fractions of zero or more."""
    if amount < 0 or numerator < 0 or denominator <= 0:
        raise AmountInvalidError("a portion is taken of a positive amount by a positive fraction")
    return (2 * amount * numerator + denominator) // (2 * denominator)


def rate_of(amount: int, basis_points: int) -> int:
    """`amount` at a rate in basis points, rounded half up."""
    return portion(amount, basis_points, BASIS_POINTS)
