"""Which keys may have signed a party's log in an epoch, for readers who judge by its operations alone. Pure.

A reader who was not there cannot tell when a checkpoint was signed: it carries no time. Of an epoch every key counts
that the party named for daily use while the epoch ran, also those replaced since. Where somebody vouches for the time,
by countersigning, a key counts up to the end (`not_after`) that it was last given; where nobody does, a key that was
ever named without an end counts, or whoever signed two histories would be quit of one by ending its key.
"""

from collections.abc import Sequence

from federation.documents import identity
from federation.documents.identity import IdentityState
from federation.documents.keys import PublicKey, decode_base64url
from federation.documents.times import seconds_of
from federation.log.errors import ProofRefusedError


def history_of(party_id: str, operations: Sequence[str]) -> tuple[IdentityState, ...]:
    """What a party was after each of its operations; raises ProofRefusedError when they are not this party's."""
    states = identity.states([text.encode() for text in operations])
    if states[0].party_id != party_id:
        raise ProofRefusedError(f"the operations are those of {states[0].party_id}, not of {party_id}")
    return states


def keys_in_epoch(states: Sequence[IdentityState], epoch: int, moment: int | None = None) -> tuple[PublicKey, ...]:
    """The keys that may have signed in `epoch`; `moment` is when (Unix seconds), where somebody vouches for it."""
    entries = [entry for state in states if state.epoch == epoch for entry in state.sign_keys.values()]
    if moment is None:
        counting = [entry for entry in entries if entry.not_after is None]
    else:
        last = {entry.x: entry for entry in entries}.values()
        counting = [entry for entry in last if entry.not_after is None or moment <= seconds_of(entry.not_after)]
    return tuple(PublicKey(decode_base64url(text)) for text in dict.fromkeys(entry.x for entry in counting))
