"""Secrets at rest: what the database holds of a party's sign key is sealed under the node's secret setting.

Envelope, 77 bytes for a seed: version 0x01; four bytes that name the secret (so that a wrong one is told from a
damaged row); then PyNaCl's SecretBox of the seed (24 bytes of nonce, the seed, 16 of authenticator). The box's key
is BLAKE2b-256 of the owner's id, keyed with BLAKE2b-256 of the secret: a sealed seed moved to another row does not
open. Whoever has the database without the secret has no key; whoever changes the secret names the one before in
`SECRET_KEY_BEFORE` until everything has been sealed anew (`galleria keys reseal`, or any start of the node).
"""

import hashlib
import hmac
from typing import Final

import nacl.exceptions
import nacl.secret

from federation.vocabulary.errors import GalleriaError

VERSION: Final = b"\x01"
SEED_BYTES: Final = 32
SEALED_BYTES: Final = 77
_NAME_BYTES = 4
_PURPOSE = b"galleria seal v1"


class SealError(GalleriaError):
    """A secret that lies sealed in the database cannot be opened with the secret this node was given."""

    slug = "seal-failed"


class Seal:
    """The keys made from the node's secret and, while it is being changed, from the one before."""

    def __init__(self, secret: str, secret_before: str = "") -> None:
        self._keys = [_key(text) for text in (secret, secret_before) if text]

    @property
    def name(self) -> bytes:
        """Which secret this is, in four bytes that tell nothing about it."""
        return _name(self._keys[0])

    def is_of_now(self, stored: bytes) -> bool:
        """Whether something lies sealed, and under the secret of now."""
        return len(stored) == SEALED_BYTES and stored[1 : 1 + _NAME_BYTES] == self.name

    def seal(self, owner: str, seed: bytes) -> bytes:
        """The seed as it may lie in the database."""
        box = nacl.secret.SecretBox(_for_owner(self._keys[0], owner))
        return VERSION + self.name + bytes(box.encrypt(seed))

    def unseal(self, owner: str, sealed: bytes) -> bytes:
        """The seed; raises SealError for another secret, another owner or a damaged envelope."""
        if sealed[:1] != VERSION or len(sealed) != SEALED_BYTES:
            raise SealError(f"the sealed key of {owner} has a form that this version does not know")
        name, boxed = sealed[1 : 1 + _NAME_BYTES], sealed[1 + _NAME_BYTES :]
        for key in self._keys:
            if hmac.compare_digest(_name(key), name):
                return _opened(key, owner, boxed)
        raise SealError(
            f"the key of {owner} was sealed under another secret: set GALLERIA_SECRET_KEY to the one this node had, or "
            "name it in GALLERIA_SECRET_KEY_BEFORE while you change it"
        )


def _opened(key: bytes, owner: str, boxed: bytes) -> bytes:
    try:
        return bytes(nacl.secret.SecretBox(_for_owner(key, owner)).decrypt(boxed))
    except nacl.exceptions.CryptoError as error:
        raise SealError(f"the sealed key of {owner} is damaged, or belongs to another party") from error


def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=_PURPOSE).digest()


def _for_owner(key: bytes, owner: str) -> bytes:
    return hashlib.blake2b(owner.encode(), key=key, digest_size=32, person=_PURPOSE).digest()


def _name(key: bytes) -> bytes:
    return hashlib.blake2b(b"name", key=key, digest_size=_NAME_BYTES, person=_PURPOSE).digest()
