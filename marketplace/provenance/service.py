"""A listing's origin, looked up when its page is drawn: the leaf it shows, and whether it shows that leaf's words.

Reads the hub's own copy of the boutique's log. While a boutique begins its catalogue anew, a listing may still be of
the epoch before; then nothing is claimed until its record was said again.
"""

from datetime import datetime

import msgspec

from federation.documents import json
from federation.log import proofs
from federation.log.leaves import parse_leaf
from federation.log.proofs import Judged, RecordProof
from federation.records import LogHead
from federation.service import parties, proving, reading
from federation.service.context import Federation
from federation.store import logs
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Product
from marketplace.accounts.setup import hub_id
from marketplace.errors import ListingNotFoundError
from marketplace.listings.views import ProductView

_PRODUCT = msgspec.json.Decoder(Product)


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where a listing comes from: its leaf, the checkpoint it stands under, and when this hub countersigned that.

    `agrees` is False when the listing is not what the leaf says: then this hub shows what nobody signed.
    """

    epoch: int
    seq: int
    leaf: str
    size: int
    countersigned_at: datetime
    agrees: bool


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """A listing's proof with this hub's own judgement of it, for people."""

    provenance: Provenance
    proof: RecordProof
    judged: Judged


async def provenance_of(view: ProductView) -> Provenance | None:
    """Where a listing comes from; None while its record is being said again in a new epoch."""
    head = await logs.head(await hub_id(), view.shop.shop_id)
    return None if head is None else await _provenance(head, view)


async def proof_of(fed: Federation, view: ProductView, now: datetime) -> ProofView:
    """The proof of a listing; raises ListingNotFoundError while there is none to give."""
    hub = await parties.party(await hub_id())
    head = await reading.head_of(hub.id, PartyId(view.shop.shop_id))
    provenance = await _provenance(head, view)
    if provenance is None:
        raise ListingNotFoundError("the boutique is publishing its catalogue anew: look again in a minute")
    proof = await proving.record_proof(fed, hub, head, (provenance.seq, None), now)
    return ProofView(provenance=provenance, proof=proof, judged=proofs.judge(proof))


def document(proof: RecordProof) -> bytes:
    """The proof as others read it."""
    return json.encode(proof)


async def _provenance(head: LogHead, view: ProductView) -> Provenance | None:
    stored = await logs.leaf(head, view.seq)
    if stored is None or stored.hash.hex() != view.leaf_hash:
        return None
    return Provenance(
        epoch=head.epoch,
        seq=view.seq,
        leaf=view.leaf_hash,
        size=head.size,
        countersigned_at=head.changed_at,
        agrees=_PRODUCT.decode(parse_leaf(stored.line).body) == view.product,
    )
