"""The party that asks: an identity of its own, which nobody can connect to, so that it can judge from anywhere.

It presents itself by its papers (docs/protocol.md, Outbound-only parties) and is of the kind that the judged party
links with. The same seeds give the same party, so that a link once accepted serves every later run.
"""

import hashlib
from datetime import datetime

import msgspec

from federation.conversations.mailbox import PartyPapers
from federation.conversations.messages import LinkProposal
from federation.documents import identity
from federation.documents.identity import PartyKind
from federation.documents.keys import SigningKey
from federation.documents.profile import OUTBOX_ADDRESS, endpoint_of, profile_of
from federation.documents.times import text_of
from federation.vocabulary.ids import PartyId, new_id

NAME = "Conformance check"
_BORN = "2026-11-22T00:00:00Z"
SEED_BYTES = 32


class Tester(msgspec.Struct, frozen=True):
    """An identity with its genesis and the one key it signs with."""

    party_id: PartyId
    kind: PartyKind
    genesis: bytes
    key: SigningKey

    def papers(self, now: datetime) -> PartyPapers:
        """What it tells of itself."""
        state = identity.fold([self.genesis])
        return PartyPapers(profile_of(state, NAME, int(now.timestamp())), (self.genesis.decode(),))

    def proposal(self, to: PartyId, now: datetime) -> LinkProposal:
        """Its wish to be linked with the judged party."""
        shop, hub = (self.party_id, to) if self.kind == "shop" else (to, self.party_id)
        return LinkProposal(
            id=str(new_id()),
            shop=shop,
            hub=hub,
            profile_url=f"{endpoint_of(OUTBOX_ADDRESS, self.party_id)}/profile",
            proposed_at=text_of(now),
            message="A conformance check asks for a link. It sells nothing and can be ended at any time.",
            papers=self.papers(now),
        )


def derive_tester(kind: PartyKind, seed: bytes) -> Tester:
    """The tester of a kind that 32 secret bytes give, the same ones always the same."""
    root, sign = (SigningKey.from_seed(hashlib.sha256(role + seed).digest()) for role in (b"root", b"sign"))
    genesis = identity.genesis(kind, root, sign_keys=(sign.public,), at=_BORN, name=NAME, address=OUTBOX_ADDRESS)
    return Tester(identity.party_id_of(genesis), kind, genesis, sign)
