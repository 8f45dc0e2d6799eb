"""JSON Schemas of every message, `docs/protocol/schemas.json`, made from the types that the code reads them by.

What types cannot say (sums, currencies, repeats) is in the text. Python's patterns end in a look-ahead before their
`$`, which alone would let a line break through; the `$` of JSON Schema does not, so that part is left out.
"""

import functools
import json
import typing
from typing import Any

import msgspec

from federation.archive import form as archive
from federation.archive import wish
from federation.conversations import (
    accounts,
    disputes,
    mailbox,
    messages,
    paying,
    receipt,
    repair_messages,
    vouchers,
)
from federation.documents import identity, profile
from federation.log import answers, forks, proofs, records
from federation.node.answers import Problem
from federation.service import comparing, forking, order_record, refusals
from federation.vocabulary import product

MESSAGES: tuple[type[msgspec.Struct], ...] = (
    Problem,
    profile.PartyProfile,
    profile.NodeListing,
    identity.Operation,
    identity.OperationsDocument,
    identity.SightsDocument,
    messages.LinkProposal,
    messages.LinkDecision,
    messages.LinkAnswer,
    product.Product,
    product.ShopProfile,
    records.EpochOpening,
    messages.PushReceipt,
    answers.GrowthAnswer,
    answers.InclusionAnswer,
    proofs.RecordProof,
    forks.ForkProof,
    forking.ForkReceipt,
    comparing.ReplicaList,
    comparing.HubList,
    refusals.RefusalList,
    repair_messages.LeavesRequest,
    repair_messages.Manifest,
    messages.StockBatch,
    messages.StockReceipt,
    messages.StockPage,
    messages.ReservationRequest,
    messages.ReservationAnswer,
    messages.ShopOrder,
    receipt.Acknowledgement,
    receipt.Receipt,
    *dict.fromkeys(messages.EVENT_BODIES.values()),
    mailbox.WaitingPage,
    mailbox.MailedAnswers,
    mailbox.MailedReceipt,
    mailbox.MailboxWatch,
    mailbox.MailboxRings,
    paying.PapersAsked,
    paying.PayingState,
    paying.BankSaid,
    vouchers.VoucherList,
    vouchers.VouchersKept,
    accounts.AccountState,
    accounts.AccountLines,
    accounts.Papers,
    disputes.Disputes,
    disputes.Statement,
    wish.ExportWish,
    wish.ExportAsked,
    wish.ExportState,
)
ARCHIVE: tuple[type[msgspec.Struct], ...] = (archive.Manifest, archive.Picture)


class OrderRecord(msgspec.Struct, frozen=True, kw_only=True):
    order: messages.ShopOrder
    hub: tuple[dict[str, Any], ...]
    shop: tuple[dict[str, Any], ...]
    last: order_record.Numbers


OrderRecord.__doc__ = order_record.OrderRecord.__doc__


def text() -> str:
    """The file as it stands on disk."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions()}
    return json.dumps(whole, indent=1, ensure_ascii=False).replace(r"(?!\\n)$", "$") + "\n"


@functools.cache
def names() -> frozenset[str]:
    """What the forms are called."""
    return frozenset(definitions())


def definitions() -> dict[str, Any]:
    """Every message and its parts by name; those of archives are called `Archive...`."""
    forms = (*MESSAGES, _order_event(), OrderRecord)
    _, found = msgspec.json.schema_components(forms, ref_template="#/$defs/{name}")
    _, packed = msgspec.json.schema_components(ARCHIVE, ref_template="#/$defs/Archive{name}")
    whole = {**found, **{f"Archive{name}": {**schema, "title": f"Archive{name}"} for name, schema in packed.items()}}
    for schema in whole.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    return dict(sorted(whole.items()))


def _order_event() -> type[msgspec.Struct]:
    """The form of an event, whose body is kept as it came and is one of several: any object here."""
    hints = typing.get_type_hints(messages.OrderEvent, include_extras=True)
    kept = [(name, hint) for name, hint in hints.items() if name != "body"]
    made = msgspec.defstruct(
        "OrderEvent", [*kept, ("body", dict[str, Any], msgspec.field(default_factory=dict))], kw_only=True
    )
    made.__doc__ = messages.OrderEvent.__doc__
    return made
