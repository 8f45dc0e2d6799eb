"""Ed25519 keys: published vectors, and one rule set for what may be registered."""

import nacl.bindings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.documents.errors import KeyRefusedError
from federation.documents.keys import (
    FIELD_PRIME,
    Jwk,
    PublicKey,
    SigningKey,
    decode_base64url,
    encode_base64url,
    thumbprint,
)

RFC_8032_VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

CURVE_D = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME


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
    y = 55188659117513257062467267217118295137698188065244968500265048394206261417927
    point, points = (x_of(y), y), []
    total = (0, 1)
    for _ in range(8):
        total = add(total, point)
        points.append(total)
    return points


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032_VECTORS)
def test_published_signatures(seed: str, public: str, message: str, signature: str) -> None:
    """Keys and signatures are those of RFC 8032 section 7.1."""
    key = SigningKey.from_seed(bytes.fromhex(seed))
    assert key.public.raw.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert PublicKey.from_raw(bytes.fromhex(public)).verify(bytes.fromhex(signature), bytes.fromhex(message))


def test_published_thumbprint() -> None:
    """The thumbprint is that of RFC 8037 appendix A.3."""
    assert thumbprint(bytes.fromhex(RFC_8032_VECTORS[0][1])) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_there_are_eight_small_order_points_with_fourteen_spellings() -> None:
    """The list under test is whole: eight points, each in every spelling a lax reader would take."""
    points = small_order_points()
    assert len(set(points)) == 8
    assert len({spelling for point in points for spelling in encodings(point)}) == 14


@pytest.mark.parametrize("raw", [spelling for point in small_order_points() for spelling in encodings(point)])
def test_small_order_keys_are_refused(raw: bytes) -> None:
    """No spelling of a point of small order is ever registered: anyone could sign for it."""
    with pytest.raises(KeyRefusedError):
        PublicKey.from_raw(raw)


@pytest.mark.parametrize("excess", range(19))
@pytest.mark.parametrize("sign", [0, 1])
def test_non_canonical_spellings_are_refused(excess: int, sign: int) -> None:
    """A y coordinate of the field prime or more is refused, whether or not it lies on the curve."""
    with pytest.raises(KeyRefusedError, match="canonical"):
        PublicKey.from_raw((FIELD_PRIME + excess | sign << 255).to_bytes(32, "little"))


def test_keys_of_mixed_order_are_refused() -> None:
    """A good key plus a small-order point would split verifiers with and without the cofactor."""
    good = SigningKey.from_seed(bytes(32)).public.raw
    y = int.from_bytes(good, "little") & (2**255 - 1)
    x = x_of(y)
    x = x if x & 1 == good[31] >> 7 else FIELD_PRIME - x
    mixed = add((x, y), small_order_points()[0])
    with pytest.raises(KeyRefusedError, match="prime-order"):
        PublicKey.from_raw(encodings(mixed)[0])


def test_points_off_the_curve_and_other_lengths_are_refused() -> None:
    """What is no point at all is refused as well."""
    for raw in (b"", bytes(31), bytes(33), (2).to_bytes(32, "little")):
        with pytest.raises(KeyRefusedError):
            PublicKey.from_raw(raw)


def test_a_signature_with_a_small_order_r_is_refused() -> None:
    """The forger's signature R = identity, S = h * a, which lax verifiers take, does not verify here."""
    seed = bytes(range(32))
    key = SigningKey.from_seed(seed)
    identity = (1).to_bytes(32, "little")
    challenge = nacl.bindings.crypto_core_ed25519_scalar_reduce(
        nacl.bindings.crypto_hash_sha512(identity + key.public.raw + b"message")
    )
    digest = bytearray(nacl.bindings.crypto_hash_sha512(seed)[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    secret = nacl.bindings.crypto_core_ed25519_scalar_reduce(bytes(digest) + bytes(32))
    forged = identity + nacl.bindings.crypto_core_ed25519_scalar_mul(challenge, secret)
    assert not key.public.verify(forged, b"message")


def test_the_group_order_may_not_be_added_to_s() -> None:
    """A signature has one spelling: S plus the group order is refused."""
    key = SigningKey.from_seed(bytes(32))
    signature = key.sign(b"message")
    order = 2**252 + 27742317777372353535851937790883648493
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert key.public.verify(signature, b"message")
    assert not key.public.verify(other, b"message")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 511))
def test_a_flipped_bit_never_verifies(seed: bytes, message: bytes, bit: int) -> None:
    """Any single changed bit of a signature makes it worthless, and so does another message."""
    key = SigningKey.from_seed(seed)
    signature = bytearray(key.sign(message))
    assert key.public.verify(bytes(signature), message)
    assert not key.public.verify(bytes(signature), message + b"x")
    signature[bit // 8] ^= 1 << bit % 8
    assert not key.public.verify(bytes(signature), message)


def test_signatures_of_other_lengths_are_false() -> None:
    """A signature of the wrong length is no exception, only wrong."""
    key = SigningKey.from_seed(bytes(32))
    assert not key.public.verify(b"", b"")
    assert not key.public.verify(key.sign(b"") + b"\0", b"")


def test_keys_travel_as_jwk() -> None:
    """A key written as JWK reads back, and a wrong kind or thumbprint is refused."""
    key = SigningKey.from_seed(bytes(32)).public
    assert PublicKey.from_jwk(key.jwk()) == key
    assert hash(PublicKey.from_jwk(Jwk(x=key.jwk().x))) == hash(key)
    for wrong in (Jwk(x=key.jwk().x, kty="EC"), Jwk(x=key.jwk().x, crv="X25519"), Jwk(x=key.jwk().x, kid="other")):
        with pytest.raises(KeyRefusedError):
            PublicKey.from_jwk(wrong)


@pytest.mark.parametrize("text", ["A", "AB=", "A+", "AB", "é", "AA\n"])
def test_base64url_has_one_spelling(text: str) -> None:
    """Padding, other alphabets and stray bits are refused."""
    with pytest.raises(KeyRefusedError):
        decode_base64url(text)


@given(st.binary(max_size=40))
def test_base64url_reads_back(data: bytes) -> None:
    """Bytes survive base64url."""
    assert decode_base64url(encode_base64url(data)) == data


def test_a_signing_key_never_shows_its_seed() -> None:
    """Neither representation holds secret bytes, so logs cannot; a seed of another length is refused."""
    seed = bytes(range(32))
    key = SigningKey.from_seed(seed)
    assert repr(key) == f"SigningKey(public={key.public.keyid})"
    assert key.public.keyid in repr(key.public)
    with pytest.raises(KeyRefusedError):
        SigningKey.from_seed(seed[:31])
