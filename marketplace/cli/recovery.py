"""Recovery files: the root key of a party, outside every database, for its owner to take away.

Whoever holds this key can move the party to another node or replace its daily keys; a node never needs it. The key
stands in base32, in groups of four that can be copied by hand, the last one a check over the others. Invariants: a
file is never written over, and only its owner may read it; a key is read from the file that a person names, only.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path

import msgspec

from federation.documents.keys import KEY_BYTES, SigningKey, encode_base64url
from federation.node.settings import NodeSettings
from federation.vocabulary.ids import PartyId, is_party_id
from marketplace.cli.errors import CommandError

GROUP = 4
_KEY_CHARACTERS = 52
_FILE_BYTES_MAX = 4_096


class RecoveryKey(msgspec.Struct, frozen=True):
    """A root key as read from its file, with the party it was made for when the file says so."""

    root: SigningKey
    party_id: PartyId | None

    def __repr__(self) -> str:
        return f"RecoveryKey({self.root.public.keyid})"


def recovery_folder(settings: NodeSettings) -> Path:
    """Where a node's root keys are left for their owners to take away."""
    return settings.state_dir / "recovery"


def write_recovery_file(folder: Path, party_id: PartyId, root_seed: bytes) -> Path:
    """Write the key of a party where only we can read it; returns the file's path. Never writes over a file."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / f"{party_id}.root-key"
    write_key(path, root_seed, f"Root key of {party_id}. Whoever has it owns this party for good.")
    return path


def write_key(path: Path, root_seed: bytes, title: str) -> None:
    """Write a root key into a new file that only we can read. Raises CommandError when there is one already."""
    words = (
        f"# {title}\n"
        "# Move this file to a safe place away from this machine, or write the line below on paper; the node does not "
        "need it.\n"
        f"# Public part: {public_part(root_seed)}\n"
        f"{spelled(root_seed)}\n"
    )
    write_new(path, words)


def write_new(path: Path, text: str) -> None:
    """Write a new file that only we can read. Raises CommandError when there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already: nothing is ever written over it, name another file") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written ({error.strerror})") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def read_key(path: Path) -> RecoveryKey:
    """The root key in a recovery file. Raises CommandError, which never shows what the file holds."""
    try:
        text = path.read_bytes()[: _FILE_BYTES_MAX + 1].decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as a recovery file") from error
    lines = [line.strip() for line in text.splitlines()]
    words = {word.strip(".,") for line in lines if line.startswith("#") for word in line.split()}
    named = [PartyId(word) for word in sorted({*words, path.name.partition(".")[0]}) if is_party_id(word)]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) != 1:
        raise CommandError(f"{path} is no recovery file: it holds {len(keys)} keys, not one")
    return RecoveryKey(SigningKey.from_seed(_read(keys[0], path)), named[0] if len(named) == 1 else None)


def spelled(root_seed: bytes) -> str:
    """The key for paper: groups of four letters and digits, the last one a check."""
    text = base64.b32encode(root_seed).decode().rstrip("=")
    text += _check(root_seed)
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def public_part(root_seed: bytes) -> str:
    """The part of a root key that everybody may know."""
    return encode_base64url(SigningKey.from_seed(root_seed).public.raw)


def _read(text: str, path: Path) -> bytes:
    letters = text.upper().replace("-", "").replace(" ", "").rstrip("=")
    key, check = letters[:_KEY_CHARACTERS], letters[_KEY_CHARACTERS:]
    try:
        seed = base64.b32decode(key + "====")
    except binascii.Error as error:
        raise CommandError(f"the key in {path} is not spelled right: letters A to Z and digits 2 to 7") from error
    if len(seed) != KEY_BYTES or check not in {"", _check(seed)}:
        raise CommandError(f"the key in {path} is not spelled right: compare it with the paper, group by group")
    return seed


def _check(root_seed: bytes) -> str:
    return base64.b32encode(hashlib.sha256(root_seed).digest()).decode()[:GROUP]
