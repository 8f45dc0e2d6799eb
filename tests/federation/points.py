"""Points of edwards25519 that no key may be, worked out from the curve itself: small order, other spellings."""

from federation.documents.keys import FIELD_PRIME, SigningKey

CURVE_D = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
ORDER_EIGHT_Y = 55188659117513257062467267217118295137698188065244968500265048394206261417927


def add(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of the curve in affine coordinates."""
    cross = CURVE_D * left[0] * right[0] * left[1] * right[1]
    return (
        (left[0] * right[1] + right[0] * left[1]) * pow(1 + cross, -1, FIELD_PRIME) % FIELD_PRIME,
        (left[1] * right[1] + left[0] * right[0]) * pow(1 - cross, -1, FIELD_PRIME) % FIELD_PRIME,
    )


def x_of(y: int) -> int:
    """An x coordinate of the point with this y."""
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, FIELD_PRIME) % FIELD_PRIME
    root = pow(square, (FIELD_PRIME + 3) // 8, FIELD_PRIME)
    return (
        root
        if root * root % FIELD_PRIME == square
        else root * pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME) % FIELD_PRIME
    )


def encodings(point: tuple[int, int]) -> list[bytes]:
    """Every 32-byte spelling of a point that a lax reader would take: y or y + p, either sign bit when x is zero."""
    x, y = point
    spelled = [y + FIELD_PRIME * times for times in (0, 1) if y + FIELD_PRIME * times < 2**255]
    signs = [x & 1] if x else [0, 1]
    return [(value | sign << 255).to_bytes(32, "little") for value in spelled for sign in signs]


def small_order_points() -> list[tuple[int, int]]:
    """The eight points whose order divides eight, found by adding one of order eight to itself."""
    point, points = (x_of(ORDER_EIGHT_Y), ORDER_EIGHT_Y), []
    total = (0, 1)
    for _ in range(8):
        total = add(total, point)
        points.append(total)
    return points


def small_order_spellings() -> list[bytes]:
    """The fourteen byte strings that a lax reader takes for a point of small order."""
    return sorted({spelling for point in small_order_points() for spelling in encodings(point)})


def mixed_order(seed: bytes) -> bytes:
    """A good key with a point of order eight added: verifiers with and without the cofactor disagree about it."""
    good = SigningKey.from_seed(seed).public.raw
    y = int.from_bytes(good, "little") & (2**255 - 1)
    x = x_of(y)
    x = x if x & 1 == good[31] >> 7 else FIELD_PRIME - x
    return encodings(add((x, y), small_order_points()[0]))[0]
