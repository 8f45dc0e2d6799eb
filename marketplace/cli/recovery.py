"""Recovery files: the root key of a party, once, outside the database, for its owner to take away.

Whoever holds this key can move the party to another node or replace its daily keys; a node never needs it.
"""

import base64
import os
from pathlib import Path

from federation.node.settings import NodeSettings
from federation.vocabulary.ids import PartyId


def recovery_folder(settings: NodeSettings) -> Path:
    """Where a node's root keys are left for their owners to take away."""
    return settings.state_dir / "recovery"


def write_recovery_file(folder: Path, party_id: PartyId, root_seed: bytes) -> Path:
    """Write the key where only we can read it; returns the file's path. Never writes over an existing file."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / f"{party_id}.root-key"
    words = (
        f"# Root key of {party_id}. Whoever has it owns this party for good.\n"
        "# Move this file to a safe place away from this machine; the node does not need it.\n"
        f"{base64.b32encode(root_seed).decode()}\n"
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(words)
    return path
