"""The parcels of an order, read out of what its boutique has told. Pure."""

from collections.abc import Iterable

import msgspec

from federation.conversations.messages import Fulfilment, Shipped
from federation.conversations.shipment import Parcel, Told, parcels
from shops.orders.domain.orders import Event


def parcels_of(events: Iterable[Event]) -> list[Parcel]:
    """The parcels, in the order in which they left; those sent before parcels had names count by their place."""
    told = []
    for place, event in enumerate(events):
        if event.kind == "shipped":
            sent = msgspec.json.decode(event.body or b"{}", type=Shipped)
            told.append(
                Told(
                    parcel_id=sent.parcel_id or str(place),
                    word="shipped",
                    at=event.said_at,
                    carrier=sent.carrier,
                    tracking=sent.tracking,
                    lines=sent.lines,
                )
            )
        elif event.kind == "fulfilment":
            said = msgspec.json.decode(event.body, type=Fulfilment)
            told.append(
                Told(parcel_id=said.parcel_id, word=said.state, at=event.said_at, place=said.at_place, note=said.note)
            )
    return parcels(told)
