"""The daily key under a password."""

import msgspec
import pytest

from federation.archive import sealing
from federation.archive.errors import ArchiveRefusedError
from federation.documents.keys import SigningKey

KEY = SigningKey.from_seed(b"\7" * 32)
SEALED = sealing.seal(KEY, "correct horse battery", b"\1" * sealing.SALT_BYTES, b"\2" * sealing.NONCE_BYTES)


def test_the_password_opens_it() -> None:
    """The key comes back, and the sealed form shows nothing of it."""
    assert sealing.unseal(SEALED, "correct horse battery").seed == KEY.seed
    assert KEY.seed.hex() not in msgspec.json.encode(SEALED).decode()


def test_nothing_else_does() -> None:
    """Another password, other bytes, or another key's name are refused alike."""
    for sealed, password in (
        (SEALED, "correct horse batterz"),
        (msgspec.structs.replace(SEALED, box=SEALED.nonce), "correct horse battery"),
        (msgspec.structs.replace(SEALED, keyid="x"), "correct horse battery"),
    ):
        with pytest.raises(ArchiveRefusedError):
            sealing.unseal(sealed, password)
