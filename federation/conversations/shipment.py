"""The life cycle of one parcel; its history is append-only, a later word never removes an earlier one.

`parcels` reads the parcels of an order out of what its shop has said. A word that does not fit the table (the same
again, or one that came late) stays in the parcel's history and moves nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from federation.conversations.forms import LinePieces
from federation.conversations.lifecycle import LifeCycle

ShipmentState = Literal["processing", "shipped", "in_transit", "failed_attempt", "delivered", "returned_to_sender"]
ShipmentEvent = Literal["ship", "move", "fail", "deliver", "return"]
ParcelWord = Literal["processing", "in_transit", "failed_attempt", "delivered", "returned_to_sender"]
"""What an event of kind `fulfilment` says of a parcel; that it left is an event of its own, `shipped`."""

SHIPMENT: LifeCycle[ShipmentState, ShipmentEvent] = LifeCycle(
    "shipment",
    "processing",
    {
        ("processing", "ship"): "shipped",
        ("shipped", "move"): "in_transit",
        ("shipped", "fail"): "failed_attempt",
        ("shipped", "deliver"): "delivered",
        ("shipped", "return"): "returned_to_sender",
        ("in_transit", "move"): "in_transit",
        ("in_transit", "fail"): "failed_attempt",
        ("in_transit", "deliver"): "delivered",
        ("in_transit", "return"): "returned_to_sender",
        ("failed_attempt", "move"): "in_transit",
        ("failed_attempt", "fail"): "failed_attempt",
        ("failed_attempt", "deliver"): "delivered",
        ("failed_attempt", "return"): "returned_to_sender",
    },
)

STEP_OF_WORD: dict[ParcelWord | Literal["shipped"], ShipmentEvent] = {
    "shipped": "ship",
    "in_transit": "move",
    "failed_attempt": "fail",
    "delivered": "deliver",
    "returned_to_sender": "return",
}
STOPPED: frozenset[ShipmentState] = frozenset({"delivered", "returned_to_sender"})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a shop said of a parcel: in words of the wire, and when."""

    parcel_id: str
    word: ParcelWord | Literal["shipped"]
    at: datetime
    carrier: str = ""
    tracking: str = ""
    lines: tuple[LinePieces, ...] = ()
    place: str = ""
    note: str = ""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel: what is in it (`lines` empty: all that had not left), where it stands, what was said of it."""

    parcel_id: str
    state: ShipmentState
    carrier: str
    tracking: str
    lines: tuple[LinePieces, ...]
    history: tuple[Told, ...]


def step(state: ShipmentState, event: ShipmentEvent) -> ShipmentState:
    """The state after `event`; raises TransitionRefusedError."""
    return SHIPMENT.step(state, event)


def parcels(told: Iterable[Told]) -> list[Parcel]:
    """The parcels of an order, in the order in which they were first spoken of."""
    found: dict[str, Parcel] = {}
    for one in told:
        known = found.get(one.parcel_id)
        if known is None:
            known = Parcel(parcel_id=one.parcel_id, state="processing", carrier="", tracking="", lines=(), history=())
        found[one.parcel_id] = _after(known, one)
    return list(found.values())


def _after(parcel: Parcel, told: Told) -> Parcel:
    event = STEP_OF_WORD.get(told.word)
    fits = event is not None and SHIPMENT.allows(parcel.state, event)
    return msgspec.structs.replace(
        parcel,
        state=SHIPMENT.step(parcel.state, event) if fits and event is not None else parcel.state,
        carrier=told.carrier or parcel.carrier,
        tracking=told.tracking or parcel.tracking,
        lines=told.lines or parcel.lines,
        history=(*parcel.history, told),
    )
