"""Vectors of a party that nobody can connect to: its papers, a page of its mailbox, the answers it brings."""

from typing import Any

from federation.conversations.mailbox import (
    MailboxRings,
    MailboxWatch,
    MailedAnswer,
    MailedAnswers,
    MailedReceipt,
    PartyPapers,
    WaitingPage,
    WaitingRequest,
    WatchedMailbox,
)
from federation.conversations.messages import LinkProposal
from federation.documents import identity, json, signing
from federation.documents.keys import SigningKey
from federation.documents.profile import OUTBOX_ADDRESS, endpoint_of, profile_of
from federation.documents.signing import RequestToSign
from tests.federation import protocol_example as example

ROOT = SigningKey.from_seed(bytes([5]) * 32)
KEY = SigningKey.from_seed(bytes([6]) * 32)
GENESIS = identity.genesis("shop", ROOT, sign_keys=[KEY.public], at=example.AT, name="Bottega", address=OUTBOX_ADDRESS)
SHOP = identity.fold([GENESIS])
REQUEST = RequestToSign(
    method="POST",
    authority="outbox.invalid",
    path=f"/fed/v1/{SHOP.party_id}/reservations",
    body=example.REQUEST.body,
    content_type="application/json",
    fed_from=example.HUB.party_id,
    idempotency_key=example.RESERVATION,
)
WAITING, LINK = "01937b4e-0000-7000-8000-000000000020", "01937b4e-0000-7000-8000-000000000021"
TICKET = "opaque-ticket"


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    asked = signing.sign_request(REQUEST, example.HUB_KEY, example.CREATED, example.NONCE)
    answered = signing.sign_response(
        signing.question_of(REQUEST, asked),
        200,
        example.ANSWER,
        "application/json",
        fed_from=SHOP.party_id,
        key=KEY,
        created=example.CREATED + 1,
    )
    waiting = WaitingRequest(
        id=WAITING, number=4, method="POST", path=REQUEST.path, headers=_lower(asked), body=REQUEST.body
    )
    brought = MailedAnswer(id=WAITING, status=200, headers=_lower(answered), body=example.ANSWER)
    return {
        "keys": {"shop root seed": ROOT.seed.hex(), "shop sign seed": KEY.seed.hex()},
        "proposal": json.encode(_proposal()).decode(),
        "page": json.encode(WaitingPage(requests=(waiting,), ticket=TICKET)).decode(),
        "acknowledgement": json.encode(MailedAnswers(answers=(brought,))).decode(),
        "acknowledged": json.encode(MailedReceipt(taken=(WAITING,))).decode(),
        "watch": json.encode(MailboxWatch(mailboxes=(WatchedMailbox(TICKET, 4),), wait_seconds=25)).decode(),
        "rings": json.encode(MailboxRings(parties=(SHOP.party_id,))).decode(),
    }


def _proposal() -> LinkProposal:
    return LinkProposal(
        id=LINK,
        shop=SHOP.party_id,
        hub=example.HUB.party_id,
        profile_url=f"{endpoint_of(OUTBOX_ADDRESS, SHOP.party_id)}/profile",
        proposed_at=example.AT,
        message="We make coats.",
        papers=PartyPapers(profile_of(SHOP, "Bottega", example.CREATED), (GENESIS.decode(),)),
    )


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
