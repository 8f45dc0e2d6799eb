"""Order numbers that people read aloud: `G-7K3Q9M`, and `G-7K3Q9M-2` for the second boutique's part. Pure.

Crockford's base 32 (no I, L, O, U), drawn from random bits that the caller passes in. A number is a name, never a
key: pages open by token.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 6
NUMBER_SPACE = len(ALPHABET) ** NUMBER_LENGTH
"""How many numbers there are; draw below it."""


def order_number(drawn: int) -> str:
    """The number for `drawn`, which is taken modulo the space."""
    remaining = drawn % NUMBER_SPACE
    digits = []
    for _ in range(NUMBER_LENGTH):
        remaining, digit = divmod(remaining, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "G-" + "".join(reversed(digits))


def shop_order_number(number: str, position: int) -> str:
    """The number of the part at `position`, counted from 1."""
    return f"{number}-{position}"
