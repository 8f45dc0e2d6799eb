"""The hub's addresses at Stripe: found before any is made, completed, doubled for a change of secret, and removed."""

import typing
from collections.abc import AsyncIterator

import pytest
import stripe
from stripe.events import _event_classes

from federation.node import clock
from payouts.adapters.stripe.addresses import StripeAddresses
from payouts.adapters.stripe.calling import make_client, make_http
from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.settings import StripeSettings
from payouts.adapters.stripe.wanted import EVENTS
from payouts.errors import EventRefusedError, ProviderConflictError, ProviderRefusedError
from payouts.standin.endpoints import close_endpoint
from tests.payouts.stripe_lab import API_KEY, StripeWorld, stripe_world

HOOK = "https://hub.example/hooks/payments"


@pytest.fixture
async def lab() -> AsyncIterator[StripeWorld]:
    """A stand-in without any address."""
    async with stripe_world() as around:
        for known in list(around.state.things["webhook_endpoint"]):
            close_endpoint(around.state, known)
        yield around


@pytest.fixture
async def addresses(lab: StripeWorld) -> AsyncIterator[StripeAddresses]:
    """The hub's hands on its addresses."""
    made = StripeAddresses(StripeSettings(api_key=API_KEY, api_url=lab.state.settings.public_url))
    yield made
    await made.close()


async def test_addresses_are_made_once(addresses: StripeAddresses, lab: StripeWorld) -> None:
    """The first run makes three, each with a secret of its own; the second finds them, and no secret any more."""
    first = await addresses.ensure(HOOK)
    assert [(one.what, one.is_new) for one in first] == [("own", True), ("accounts", True), ("papers", True)]
    assert len({one.secret for one in first if one.secret}) == 3
    again = await addresses.ensure(HOOK)
    assert [(one.id, one.is_new, one.secret) for one in again] == [(one.id, False, "") for one in first]
    assert len(lab.state.things["webhook_endpoint"]) == 3
    assert await addresses.standing("https://other.example/hooks/payments") == []


async def test_missing_events_are_added_and_nothing_taken(addresses: StripeAddresses, lab: StripeWorld) -> None:
    """An address from before is told of what is new as well, and keeps what somebody added by hand."""
    made = (await addresses.ensure(HOOK))[0]
    lab.state.things["webhook_endpoint"][made.id]["enabled_events"] = ["topup.created", "refund.updated"]
    found = (await addresses.ensure(HOOK))[0]
    assert set(found.events) == {*EVENTS["own"], "topup.created"}
    assert "refund.updated" not in found.added
    papers = next(one for one in await addresses.standing(HOOK) if one.what == "papers")
    lab.state.things["webhook_endpoint"][papers.id]["enabled_events"] = []
    assert {one.what: one.added for one in await addresses.ensure(HOOK)}["papers"] == EVENTS["papers"]


async def test_a_secret_is_changed_with_both_valid_meanwhile(addresses: StripeAddresses, lab: StripeWorld) -> None:
    """Both addresses' events are believed while both secrets are listed; after that the old one's are not."""
    old = (await addresses.ensure(HOOK))[0]
    new = await addresses.another(HOOK, "own")
    assert (new.is_new, new.id == old.id, new.secret == old.secret) == (True, False, False)
    event = lab.state.tell("balance.available", {"object": "balance"})
    during = StripeProvider(StripeSettings(api_key=API_KEY, webhook_secrets=(old.secret, new.secret)))
    signed = {address.id: lab.postman.signed(event, address.id) for address in (old, new)}
    assert {during.read_event(*one, clock.now()).id for one in signed.values()} == {event["id"]}
    await addresses.remove(HOOK, old.id)
    assert [one.id for one in await addresses.standing(HOOK) if one.what == "own"] == [new.id]
    after = StripeProvider(StripeSettings(api_key=API_KEY, webhook_secrets=(new.secret,)))
    with pytest.raises(EventRefusedError):
        after.read_event(*signed[old.id], clock.now())
    with pytest.raises(ProviderRefusedError):
        await addresses.remove(HOOK, "we_of_somebody_else")


async def test_a_change_without_a_key_of_ours_never_goes_out(lab: StripeWorld) -> None:
    """The client would make one up, under which nothing could be repeated: that is refused before anything is sent."""
    settings = StripeSettings(api_key=API_KEY, api_url=lab.state.settings.public_url)
    http = make_http(settings)
    client = make_client(settings, http)
    before = len(lab.desk.requests)
    with pytest.raises(ProviderConflictError):
        await client.v1.payouts.create_async({"amount": 100, "currency": "eur"})
    assert len(lab.desk.requests) == before
    await http.close_async()  # type: ignore[no-untyped-call]


def test_every_event_asked_for_is_one_of_stripes() -> None:
    """A name that Stripe does not know would make it refuse the whole address."""
    names = {**vars(typing), "StripeContext": object}
    known = {*typing.get_args(typing.get_type_hints(stripe.Event, localns=names)["type"])}
    known |= set(_event_classes._V2_EVENT_CLASS_LOOKUP)  # noqa: SLF001 - the list itself
    assert {event for events in EVENTS.values() for event in events} - known == set()
