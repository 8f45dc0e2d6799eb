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
from tests.federation.points import GROUP_ORDER, mixed_order, small_order_points, small_order_spellings

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
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


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
    assert len(set(small_order_points())) == 8
    assert len(small_order_spellings()) == 14


@pytest.mark.parametrize("raw", small_order_spellings())
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
    with pytest.raises(KeyRefusedError, match="prime-order"):
        PublicKey.from_raw(mixed_order(bytes(32)))


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
    other = signature[:32] + (int.from_bytes(signature[32:], "little") + GROUP_ORDER).to_bytes(32, "little")
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
