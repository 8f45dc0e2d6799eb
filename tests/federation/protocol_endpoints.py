"""The table of endpoints: what the code says of each, beside what only the text can say: body, answer, refusals.

A form's name in the table is a name of docs/protocol/schemas.json. An endpoint without a line here, or a line without
an endpoint, is an error of the page's test.
"""

import re

import msgspec

from federation.http.edge import Endpoint
from federation.http.exchange import ENDPOINTS
from tests.federation import protocol_schemas


class Said(msgspec.Struct, frozen=True):
    """What the page says of an endpoint: where it is (`shop`, `hub`, `both`), body, answer, refusals of its own."""

    at: str
    body: str
    answer: str
    refusals: str = ""


NOTE = "a note, `text/plain; charset=utf-8`"
LOG = "a batch, `application/vnd.fed.log+zstd`"
RECON = "`application/vnd.fed.recon`"
LEAVES = "`application/vnd.fed.leaves+zstd`"
SAID: dict[str, Said] = {
    "GET /profile": Said("both", "", "PartyProfile"),
    "GET /operations": Said("both", "", "OperationsDocument"),
    "POST /operations": Said("both", "OperationsDocument", "SightsDocument", "not-linked"),
    "GET /replicas/{peer_id}/operations": Said("hub", "`from`", "SightsDocument", "not-found"),
    "POST /links": Said("both", "LinkProposal", "LinkAnswer", "peer-mismatch, quota"),
    "POST /links/decision": Said("both", "LinkDecision", "LinkAnswer", "not-found, conflict"),
    "POST /log/{epoch}": Said(
        "hub",
        LOG,
        "PushReceipt",
        "size-mismatch, epoch-mismatch, fork-detected, replica-frozen, copy-loading, quota, bad-signature, "
        "key-not-chained",
    ),
    "GET /log/{epoch}": Said("shop", "`from`, `limit`", LOG, "not-found"),
    "GET /checkpoint": Said("shop", "`size`, `epoch`", NOTE, "not-found"),
    "GET /proof": Said("shop", "`old`, `new`, `epoch`", "GrowthAnswer", "not-found"),
    "GET /inclusion": Said("shop", "one of `seq`, `leaf`, `key`; `size`, `epoch`", "InclusionAnswer", "not-found"),
    "GET /record": Said("shop", "as `inclusion`", "RecordProof", "not-found"),
    "GET /quarantine": Said("hub", "`from`", "RefusalList"),
    "GET /fork": Said("shop", "`epoch`", "ForkProof", "not-found"),
    "GET /hubs": Said("shop", "", "HubList"),
    "POST /forks": Said("both", "ForkProof", "ForkReceipt", "not-found, epoch-mismatch, proof-refused"),
    "GET /replicas": Said("hub", "`after`", "ReplicaList"),
    "GET /replicas/{shop_id}/fork": Said("hub", "`epoch`", "ForkProof", "not-found"),
    "GET /replicas/{shop_id}/log/{epoch}": Said("hub", "`from`, `limit`", LOG, "not-found"),
    "GET /replicas/{shop_id}/checkpoint": Said("hub", "`size`, `epoch`", NOTE, "not-found"),
    "GET /replicas/{shop_id}/proof": Said("hub", "`old`, `new`, `epoch`", "GrowthAnswer", "not-found"),
    "GET /replicas/{shop_id}/inclusion": Said("hub", "as at the shop", "InclusionAnswer", "not-found"),
    "GET /replicas/{shop_id}/record": Said("hub", "as at the shop", "RecordProof", "not-found"),
    "POST /recon/catalog": Said("shop", f"{RECON}; `epoch`, `size`, `of`", RECON, "not-found"),
    "POST /recon/leaves": Said("shop", "LeavesRequest", LEAVES, "not-found"),
    "POST /recon/inventory": Said("both", RECON, RECON),
    "POST /replicas/{shop_id}/recon/catalog": Said("hub", "as at the shop", RECON, "not-found"),
    "POST /replicas/{shop_id}/recon/leaves": Said("hub", "LeavesRequest", LEAVES, "not-found"),
    "GET /snapshot": Said("shop", "`at-least`", NOTE, "snapshot-pending"),
    "GET /snapshot/{sha256}": Said("shop", "", "`application/vnd.fed.snapshot+zstd`", "not-found"),
    "GET /replicas/{shop_id}/snapshot": Said("hub", "`at-least`", NOTE, "snapshot-pending"),
    "GET /replicas/{shop_id}/snapshot/{sha256}": Said("hub", "", "`application/vnd.fed.snapshot+zstd`", "not-found"),
    "POST /inv": Said("hub", "StockBatch", "StockReceipt", "not-found"),
    "GET /inv": Said("hub", "`after`", "StockPage"),
    "POST /reservations": Said("shop", "ReservationRequest", "ReservationAnswer", "hold-quota"),
    "POST /reservations/{reservation_id}/confirm": Said("shop", "", "ReservationAnswer", "reservation-expired"),
    "POST /reservations/{reservation_id}/release": Said("shop", "", "ReservationAnswer"),
    "POST /orders": Said("shop", "ShopOrder", '`{"id"}`', "order-declined, conflict, idempotency-conflict"),
    "GET /orders/{order_id}": Said("both", "`hub`, `shop`", "OrderRecord", "not-found"),
    "POST /orders/{order_id}/events": Said(
        "both", "OrderEvent", "Acknowledgement", "not-found, conflict, idempotency-conflict, sequence-gap"
    ),
    "GET /outbox": Said("hub", "`after`, `wait`", "WaitingPage", "not-linked"),
    "POST /outbox/watch": Said("hub", "MailboxWatch", "MailboxRings", "not-linked"),
    "POST /outbox/ack": Said("hub", "MailedAnswers", "MailedReceipt", "not-linked"),
    "GET /media/{sha256}": Said("shop", "`from`", "`application/octet-stream`", "not-found"),
    "POST /export": Said("shop", "ExportAsked", "ExportState", "export-refused, conflict, bad-signature, party-moved"),
    "GET /export": Said("shop", "", "ExportState", "export-refused, party-moved"),
    "GET /export/{sha256}": Said(
        "shop", "`from`", "`application/octet-stream`", "export-refused, not-found, party-moved"
    ),
    "GET /paying": Said("hub", "", "PayingState", "not-found"),
    "POST /paying": Said("hub", "PapersAsked", "PayingState", "not-found, quota"),
    "POST /paying/bank": Said("hub", "BankSaid", "PayingState", "not-found, conflict, quota"),
    "POST /vouchers": Said("hub", "VoucherList", "VouchersKept", "not-found, quota"),
    "GET /vouchers": Said("hub", "", "VouchersKept", "not-found, quota"),
    "GET /account": Said("hub", "", "AccountState", "not-found, quota"),
    "GET /account/lines": Said("hub", "`after`, `limit`", "AccountLines", "not-found, quota"),
    "GET /account/papers": Said("hub", "", "Papers", "not-found, quota"),
    "GET /account/papers/{paper_id}/{form}": Said("hub", "`from`", "`application/octet-stream`", "not-found, quota"),
    "GET /disputes": Said("hub", "", "Disputes", "not-found, quota"),
    "POST /disputes/{dispute_id}/statement": Said("hub", "Statement", "Dispute", "not-found, conflict, quota"),
    "POST /disputes/{dispute_id}/files/{kind}": Said("hub", "the file", "Dispute", "not-found, conflict, quota"),
    "POST /departure": Said("both", "OperationsDocument", '`{"moved_to"}`', "conflict"),
}
_TYPE = re.compile(r":\w+\}")


def call_of(endpoint: Endpoint) -> str:
    """An endpoint as people write it: method and path below the receiver's prefix."""
    return f"{endpoint.method} {_TYPE.sub('}', endpoint.path)}"


def table() -> str:
    """The table, in the code's order. Raises KeyError for an endpoint that nobody has described."""
    calls = [call_of(endpoint) for endpoint in ENDPOINTS]
    if set(calls) != set(SAID):
        raise KeyError(f"described and not there, or there and not described: {set(calls) ^ set(SAID)}")
    rows = "".join(map(_row, ENDPOINTS))
    return f"| Call | At | Who | Body or query | Answer | Its own refusals |\n|---|---|---|---|---|---|\n{rows}"


def _row(endpoint: Endpoint) -> str:
    said = SAID[call_of(endpoint)]
    names = protocol_schemas.names()
    slugs = ", ".join(f"`{slug}`" for slug in filter(None, said.refusals.split(", ")))
    body, answer = (f"`{form}`" if form in names else form for form in (said.body, said.answer))
    return f"| `{call_of(endpoint)}` | {said.at} | {_who(endpoint)} | {body} | {answer} | {slugs} |\n"


def _who(endpoint: Endpoint) -> str:
    if endpoint.public:
        return "anybody"
    if endpoint.past:
        return "linked, also after the end" + (", uncontested" if endpoint.settled else "")
    if endpoint.linked:
        return "linked, uncontested" if endpoint.settled else "linked"
    return {
        "profile": "any party, a stranger too",
        "operations": "known",
        None: "known" if endpoint.path == "/links/decision" else "any link",
    }[endpoint.introduces]
