"""What a boutique has published, from its own mouth: its log read whole and held against its signed checkpoints.

Asked as the hub, with signed requests over HTTP, from the shop's own node and from the first line; nothing that the
hub copied is used.
"""

from datetime import datetime

from federation import batches
from federation.log import checkpoint, intake
from federation.log.tree import Range
from federation.service import peers
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.vocabulary.ids import PartyId
from marketplace.cli.errors import CommandError

PRODUCT_PREFIX = "product/"


async def published_products(fed: Federation, hub_id: PartyId, shop_id: PartyId, now: datetime) -> dict[str, str]:
    """All products that the shop's log says exist, by id with the hash of the leaf that says so.

    Call with the hub's database bound. Raises CommandError when the log does not fit its checkpoints, PeerError when it
    cannot be had.
    """
    exchange = PeerCall(local_id=hub_id, remote_id=shop_id, method="GET", path="/checkpoint")
    told = checkpoint.parse((await call(fed, exchange, now)).body).checkpoint
    keys = await peers.keys_of(shop_id, now)
    epoch = int(told.origin.rpartition("/")[2])
    tree, live = Range(), dict[str, str]()
    while tree.size < told.size:
        path, query = f"/log/{epoch}", f"from={tree.size}"
        exchange = PeerCall(local_id=hub_id, remote_id=shop_id, method="GET", path=path, query=query)
        batch = batches.decode((await call(fed, exchange, now)).body)
        leaves = intake.parse_lines(batch.lines, tree.size)
        tree = tree.extend(bytes.fromhex(leaf.hash) for leaf in leaves)
        signed = checkpoint.verify(checkpoint.parse(batch.note), checkpoint.origin_of(shop_id, epoch), keys)
        if not leaves or (signed.size, signed.root) != (tree.size, tree.root()):
            raise CommandError(f"the log of {shop_id} does not add up to its own checkpoint at {tree.size} lines")
        for leaf in leaves:
            if leaf.operation == "put":
                live[leaf.key] = leaf.hash
            else:
                live.pop(leaf.key, None)
    return {key.removeprefix(PRODUCT_PREFIX): told for key, told in live.items() if key.startswith(PRODUCT_PREFIX)}
