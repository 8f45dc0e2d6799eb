"""What a party says of itself at its address, and the check that its operations say the same.

A profile is fetched over TLS and may be forged by whoever holds the domain; only what the operations confirm is
believed. The listing of a node names its parties and proves nothing.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.documents.errors import KeyNotChainedError, OperationRefusedError
from federation.documents.identity import IdentityState, PartyKind
from federation.documents.keys import Jwk, PublicKey
from federation.documents.signature_fields import FED_VERSION
from federation.vocabulary.ids import PARTY_ID_PATTERN, PartyId

PREFIX = "/fed/v1"
OUTBOX_ADDRESS = "https://outbox.invalid"
"""The address of a party that nobody can connect to: it fetches its requests from each hub's mailbox. The name is of
RFC 2606, so it can never be anybody's."""
Address = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^https?://")]
Id = Annotated[str, msgspec.Meta(pattern=rf"^{PARTY_ID_PATTERN}(?!\n)$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class ProfileLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What the party takes at once; a sender keeps to the lesser of these and its own."""

    batch_operations: Annotated[int, msgspec.Meta(ge=1)] = limits.BATCH_OPERATIONS_MAX
    batch_wire_bytes: Annotated[int, msgspec.Meta(ge=1)] = limits.BATCH_WIRE_BYTES_MAX
    live_records: Annotated[int, msgspec.Meta(ge=1)] = limits.LIVE_RECORDS_MAX
    stock_batch: Annotated[int, msgspec.Meta(ge=1)] = limits.STOCK_BATCH_MAX


class PartyProfile(msgspec.Struct, frozen=True, kw_only=True):
    """`GET {endpoint}/profile`: names, addresses, the keys in use (an RFC 7517 set under `keys`), versions, limits."""

    party_id: Id
    kind: PartyKind
    name: Name
    endpoint: Address
    operations_url: Address
    keys: Annotated[tuple[Jwk, ...], msgspec.Meta(min_length=1, max_length=limits.SIGN_KEYS_MAX)]
    versions: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=20)] = (FED_VERSION,)
    limits: ProfileLimits = ProfileLimits()
    delivery: Literal["push", "outbox"] = "push"


class ListedParty(msgspec.Struct, frozen=True, kw_only=True):
    """One party of a node: where to read more."""

    id: Id
    kind: PartyKind
    name: Name
    profile_url: Address


class NodeListing(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /.well-known/fed-node`: the parties hosted here, a page at a time; `next` is the next page's address."""

    parties: Annotated[tuple[ListedParty, ...], msgspec.Meta(max_length=limits.LISTED_PARTIES_MAX)]
    next: Address | None = None


def endpoint_of(address: str, party_id: PartyId) -> str:
    """Where a party is spoken to, from the scheme and authority that its operations name."""
    return f"{address}{PREFIX}/{party_id}"


def profile_of(state: IdentityState, name: str, now: int) -> PartyProfile:
    """The profile that a party's own node serves, with the keys that may sign at `now`."""
    endpoint = endpoint_of(state.address, state.party_id)
    usable = (state.sign_key(keyid, now) for keyid in state.sign_keys)
    return PartyProfile(
        party_id=state.party_id,
        kind=state.kind,
        name=name,
        endpoint=endpoint,
        operations_url=f"{endpoint}/operations",
        keys=tuple(key.jwk() for key in usable if key is not None),
        delivery="outbox" if state.address == OUTBOX_ADDRESS else "push",
    )


def check_profile(profile: PartyProfile, state: IdentityState, now: int) -> None:
    """Refuse a profile that its party's operations do not bear out.

    Raises OperationRefusedError when party, kind or address differ or the party has retired, and KeyNotChainedError
    for a key that the operations do not name or no longer name, however securely it was served.
    """
    if (profile.party_id, profile.kind) != (state.party_id, state.kind):
        raise OperationRefusedError(f"the profile is {profile.party_id}'s, the operations are {state.party_id}'s")
    if state.retired:
        raise OperationRefusedError(f"{state.party_id} has retired")
    endpoint = endpoint_of(state.address, state.party_id)
    if profile.endpoint != endpoint:
        raise OperationRefusedError(f"the profile says {profile.endpoint}, the operations say {endpoint}")
    if (profile.delivery == "outbox") != (state.address == OUTBOX_ADDRESS):
        raise OperationRefusedError(f"delivery {profile.delivery} does not go with the address {state.address}")
    if FED_VERSION not in profile.versions:
        raise OperationRefusedError(f"{profile.name} does not speak {FED_VERSION}")
    for jwk in profile.keys:
        key = PublicKey.from_jwk(jwk)
        if state.sign_key(key.keyid, now) is None:
            raise KeyNotChainedError(f"the operations of {state.party_id} do not name the key {key.keyid}")
