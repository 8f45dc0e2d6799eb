"""A sign key under a password: Argon2id makes a key of the password, a secret box keeps the seed under it.

Makes no randomness: salt and nonce are the caller's. The root key is never sealed here; it lies in the owner's
recovery file and in no archive.
"""

import base64
import binascii
from typing import Annotated, Literal

import msgspec
import nacl.exceptions
import nacl.pwhash
import nacl.secret

from federation.archive.errors import ArchiveRefusedError
from federation.archive.form import SEALED_KEY
from federation.documents.keys import SigningKey

SALT_BYTES = nacl.pwhash.argon2id.SALTBYTES
NONCE_BYTES = nacl.secret.SecretBox.NONCE_SIZE
PASSWORD_CHARACTERS_MIN = 12
OPERATIONS_COUNT = nacl.pwhash.argon2id.OPSLIMIT_MODERATE
MEMORY_BYTES = 64 * 2**20
MEMORY_BYTES_MAX = 256 * 2**20


class SealedKey(msgspec.Struct, frozen=True, kw_only=True):
    """The seed of the sign key `keyid` in a box (XSalsa20-Poly1305) under Argon2id of a password; base64 throughout."""

    kdf: Literal["argon2id13"] = "argon2id13"
    keyid: str
    operations: Annotated[int, msgspec.Meta(ge=1, le=10)] = OPERATIONS_COUNT
    memory_bytes: Annotated[int, msgspec.Meta(ge=8192, le=MEMORY_BYTES_MAX)] = MEMORY_BYTES
    salt: str
    nonce: str
    box: str


def seal(key: SigningKey, password: str, salt: bytes, nonce: bytes) -> SealedKey:
    """The key under `password`; `salt` and `nonce` are fresh random bytes."""
    plain = SealedKey(keyid=key.public.keyid, salt=_text(salt), nonce=_text(nonce), box="")
    boxed = _box(plain, password, salt).encrypt(key.seed, nonce).ciphertext
    return msgspec.structs.replace(plain, box=_text(boxed))


def unseal(sealed: SealedKey, password: str) -> SigningKey:
    """The key inside. Raises ArchiveRefusedError for a wrong password or another key than it says."""
    try:
        salt, nonce, box = (base64.b64decode(text, validate=True) for text in (sealed.salt, sealed.nonce, sealed.box))
        key = SigningKey.from_seed(_box(sealed, password, salt).decrypt(box, nonce))
    except (nacl.exceptions.CryptoError, nacl.exceptions.ValueError, binascii.Error) as error:
        raise ArchiveRefusedError("the password does not open it", member=SEALED_KEY) from error
    if key.public.keyid != sealed.keyid:
        raise ArchiveRefusedError("it holds another key than it says", member=SEALED_KEY)
    return key


def _box(sealed: SealedKey, password: str, salt: bytes) -> nacl.secret.SecretBox:
    derived = nacl.pwhash.argon2id.kdf(
        nacl.secret.SecretBox.KEY_SIZE,
        password.encode(),
        salt,
        opslimit=sealed.operations,
        memlimit=sealed.memory_bytes,
    )
    return nacl.secret.SecretBox(derived)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
