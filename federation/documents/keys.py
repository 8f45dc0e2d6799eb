"""Ed25519 keys and the one rule set by which every node accepts them, so that no two nodes disagree on a signature.

Rules for a public key, checked once when it is read: 32 bytes; the y coordinate is below 2^255-19 (canonical); the
point is on the curve, not one of the eight of small order, and in the prime-order group. Rules for a signature
(libsodium's): S below the group order, R canonical and not of small order, the equation without cofactor. Makes no
randomness: seeds are the caller's. `keyid` is the RFC 7638 thumbprint of the key as a JWK (RFC 8037).
"""

import base64
import functools
import hashlib
import re
from typing import Final

import msgspec
import nacl.bindings
import nacl.exceptions

from federation.documents.errors import KeyRefusedError

FIELD_PRIME: Final = 2**255 - 19
SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32

SMALL_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        FIELD_PRIME - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
"""The y coordinates of the eight points whose order divides the cofactor (each sign of x)."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class Jwk(msgspec.Struct, frozen=True, kw_only=True):
    """A public key as RFC 8037 writes it, with its thumbprint as `kid` so that generic readers find it."""

    x: str
    kid: str = ""
    kty: str = "OKP"
    crv: str = "Ed25519"


class PublicKey:
    """A public key that passed the rule set; compares and hashes by its 32 bytes."""

    __slots__ = ("keyid", "raw")

    raw: bytes
    keyid: str

    def __init__(self, raw: bytes) -> None:
        _check_point(raw)
        self.raw = raw
        self.keyid = thumbprint(raw)

    @classmethod
    def from_raw(cls, raw: bytes) -> "PublicKey":
        """The key of these 32 bytes; raises KeyRefusedError for any the rule set excludes."""
        return cls(raw)

    @classmethod
    def from_jwk(cls, jwk: Jwk) -> "PublicKey":
        """The key of a JWK; raises KeyRefusedError for another kind, a bad point, or a `kid` not its thumbprint."""
        if (jwk.kty, jwk.crv) != ("OKP", "Ed25519"):
            raise KeyRefusedError(f"a {jwk.kty}/{jwk.crv} key is not an Ed25519 key: register one of kty OKP")
        key = cls(decode_base64url(jwk.x))
        if jwk.kid not in {"", key.keyid}:
            raise KeyRefusedError(f"kid {jwk.kid!r} is not the key's thumbprint {key.keyid}")
        return key

    def jwk(self) -> Jwk:
        return Jwk(x=encode_base64url(self.raw), kid=self.keyid)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` is this key's over `message`; anything malformed is simply False."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            nacl.bindings.crypto_sign_open(signature + message, self.raw)
        except nacl.exceptions.BadSignatureError:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"PublicKey({self.keyid})"


class SigningKey:
    """A private key; its representation never shows the seed."""

    __slots__ = ("_secret", "public", "seed")

    seed: bytes
    public: PublicKey

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise KeyRefusedError(f"a seed has {KEY_BYTES} bytes, not {len(seed)}")
        raw, self._secret = nacl.bindings.crypto_sign_seed_keypair(seed)
        self.seed = seed
        self.public = PublicKey(raw)

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """The key of a 32-byte seed (RFC 8032 section 5.1.5); those used last are kept ready."""
        return _signing_key(seed)

    def sign(self, message: bytes) -> bytes:
        """The 64 signature bytes over `message`; the same message always gives the same bytes."""
        return nacl.bindings.crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.keyid})"


@functools.lru_cache(maxsize=512)
def _signing_key(seed: bytes) -> SigningKey:
    return SigningKey(seed)


def thumbprint(raw: bytes) -> str:
    """RFC 7638 thumbprint (SHA-256, base64url without padding) of the Ed25519 public key `raw`."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{encode_base64url(raw)}"}}'
    return encode_base64url(hashlib.sha256(canonical.encode()).digest())


def encode_base64url(data: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url; raises KeyRefusedError for other alphabets, padding or stray bits."""
    if _BASE64URL.fullmatch(text) is None or len(text) % 4 == 1:
        raise KeyRefusedError(f"{text[:60]!r} is not base64url without padding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode_base64url(data) != text:
        raise KeyRefusedError(f"{text[:60]!r} has stray bits at its end")
    return data


@functools.lru_cache(maxsize=10_000)
def _check_point(raw: bytes) -> None:
    if len(raw) != KEY_BYTES:
        raise KeyRefusedError(f"an Ed25519 key has {KEY_BYTES} bytes, not {len(raw)}")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= FIELD_PRIME:
        raise KeyRefusedError("the key's point is not canonically encoded")
    if y in SMALL_ORDER_Y:
        raise KeyRefusedError("the key's point is of small order: anyone could sign for it")
    if not nacl.bindings.crypto_core_ed25519_is_valid_point(raw):
        raise KeyRefusedError("the key's point is not on the curve or not in the prime-order group")
