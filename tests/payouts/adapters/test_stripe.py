"""How the adapter for Stripe reads failures and events, with the real client over HTTP to the stand-in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest
import stripe

from federation.node import clock
from payouts.adapters.stripe import events
from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.seen import SeenIntent, SeenPage
from payouts.adapters.stripe.settings import StripeSettings
from payouts.adapters.stripe.states import payment_state
from payouts.errors import (
    AccountNotReadyError,
    EventRefusedError,
    InsufficientBalanceError,
    ProviderBusyError,
    ProviderError,
    ProviderUnavailableError,
)
from payouts.ports import PaymentState
from payouts.standin import disputes
from payouts.standin.faults import FaultKind
from payouts.standin.world import Thing
from tests.payouts.stripe_lab import API_KEY, StripeWorld, stripe_world
from tests.payouts.worked_example import euro


@pytest.fixture
async def lab() -> AsyncIterator[StripeWorld]:
    """A stand-in where money is available at once."""
    async with stripe_world() as world:
        yield world


async def paid(lab: StripeWorld, cents: int = 10_000) -> PaymentState:
    """A payment whose card paid."""
    made = await lab.provider.create_payment("ref", euro(cents), "Hats", "http://127.0.0.1:7999/", "pi:1")
    await lab.pay(made.id)
    return await lab.provider.get_payment(made.id)


async def ready(lab: StripeWorld) -> str:
    """An account that can take money."""
    made = await lab.provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct:a")
    await lab.complete_account(made.id)
    return made.id


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop_response", ProviderUnavailableError),
        ("drop_request", ProviderUnavailableError),
        ("refuse_500", ProviderUnavailableError),
        ("refuse_429", ProviderBusyError),
        ("refuse_409", ProviderBusyError),
        ("balance_insufficient", InsufficientBalanceError),
        ("account_disabled", AccountNotReadyError),
    ],
)
async def test_each_misfortune_is_read_for_what_it_is(
    lab: StripeWorld, kind: FaultKind, error: type[ProviderError]
) -> None:
    """A lost answer leaves the outcome unknown, a busy provider did nothing, a refusal is definite; none doubles."""
    account, payment = await ready(lab), await paid(lab)
    lab.fault(kind, "/v1/transfers")
    with pytest.raises(error):
        await lab.provider.transfer("s1", account, euro(500), payment.id, "tr:s1:1")
    definite = not issubclass(error, ProviderUnavailableError | ProviderBusyError)
    await lab.provider.transfer("s1", account, euro(500), payment.id, "tr:s1:2" if definite else "tr:s1:1")
    assert len(await lab.provider.transfers_of("s1", payment.id)) == 1


async def test_stripe_failing_after_each_kind_of_deed_doubles_nothing(lab: StripeWorld) -> None:
    """Transfer, reversal, refund and payout are each made once, whatever Stripe answered."""
    account, payment = await ready(lab), await paid(lab)
    provider = lab.provider
    lab.fault("fail_after", "/v1/transfers")
    sent = await provider.transfer("s1", account, euro(5_000), payment.id, "tr:s1:1")
    deeds: list[tuple[str, Callable[[], Awaitable[object]], str]] = [
        (
            f"/v1/transfers/{sent.id}/reversals",
            lambda: provider.reverse_transfer("c1", sent.id, euro(50), "trr:1"),
            "transfer_reversal",
        ),
        ("/v1/refunds", lambda: provider.refund("r1", payment.id, euro(70), "re:1"), "refund"),
        ("/v1/payouts", lambda: provider.payout("p1", account, euro(90), "po:1"), "payout"),
    ]
    for path, deed, kind in deeds:
        lab.fault("fail_after", path)
        first = await deed()
        assert await deed() == first
        assert len(lab.state.things[kind]) == 1


async def test_a_page_is_made_anew_when_stripe_failed_inside(lab: StripeWorld) -> None:
    """A kept failure would leave the shopper without a page for a day; repeated, the second page is answered again."""
    lab.fault("fail_after", "POST /v1/checkout/sessions")

    async def ask_for_page() -> PaymentState:
        return await lab.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi:9")

    first = await ask_for_page()
    assert await ask_for_page() == first
    assert [page["status"] for page in lab.state.things["checkout.session"].values()] == ["open", "open"]
    lab.fault("fail_after", "POST /v1/checkout/sessions")
    assert (await lab.provider.cancel_payment(first.id, "can:9")).status == "cancelled"


async def test_no_answer_at_all_leaves_the_outcome_unknown() -> None:
    """Nobody listens there: nothing is known."""
    provider = StripeProvider(StripeSettings(api_key="sk_test", api_url="http://127.0.0.1:9", timeout_seconds=2))
    with pytest.raises(ProviderUnavailableError):
        await provider.balance()
    await provider.close()


async def test_every_change_carries_a_key_of_ours(lab: StripeWorld) -> None:
    """The client would make keys up at random, under which nothing could be repeated."""
    account, payment = await ready(lab), await paid(lab)
    await lab.provider.transfer("s1", account, euro(500), payment.id, "tr:s1:1")
    keys = [key for _, _, key in lab.desk.requests]
    assert keys == ["acct:a", "acct:a:manual", "pi:1", "tr:s1:1"]


async def test_a_wrong_api_key_says_nothing_about_the_deed(lab: StripeWorld) -> None:
    """A key that was changed at Stripe fails no refund for good: it is asked for again until that is put right."""
    stranger = StripeProvider(StripeSettings(api_key="sk_test_other", api_url=lab.state.settings.public_url))
    with pytest.raises(ProviderBusyError):
        await stranger.balance()
    await stranger.close()


def test_a_payment_that_failed_days_later_is_over() -> None:
    """Stripe leaves such a page complete and its intent without a way to pay: nobody can pay there any more."""
    intent = SeenIntent(id="pi_1", status="requires_payment_method", currency="eur")
    page = SeenPage(id="cs_1", status="open", amount_total=500, currency="eur", payment_intent=intent)
    assert payment_state(page).status == "open"
    assert payment_state(msgspec.structs.replace(page, status="complete")).status == "cancelled"


async def test_boutiques_are_reached_where_they_said(lab: StripeWorld) -> None:
    """Stripe is told the address of an account's people, by either interface, and none where none is known."""
    settings = StripeSettings(api_key=API_KEY, api_url=lab.state.settings.public_url, accounts="v1")
    older = StripeProvider(settings)
    for number, provider in enumerate((lab.provider, older)):
        for email in ("ada@example.com", ""):
            await provider.create_account("shop-a", "A", "FR", "EUR", f"acct:{number}:{email}", email=email)
    await older.close()
    told = [each["contact_email"] for each in lab.state.things["account"].values()]
    assert told == ["ada@example.com", None] * 2


def delivered(event: Thing, *secrets: str) -> tuple[dict[str, str], bytes]:
    """An event as Stripe would deliver it, signed by its own package with each secret."""
    body = msgspec.json.encode(event)
    made = [stripe.WebhookSignature.generate_signature_header(body.decode(), each) for each in secrets]
    return {events.HEADER: ",".join([made[0], *(each.partition(",")[2] for each in made[1:])])}, body


def listening(*secrets: str) -> StripeProvider:
    """An adapter that knows these webhook secrets."""
    return StripeProvider(StripeSettings(api_key="sk_test", webhook_secrets=secrets))


async def test_events_of_every_endpoint_are_read_by_any_secret_in_use(lab: StripeWorld) -> None:
    """Own account, connected accounts, and old and new secret while one is changed; nothing else."""
    await paid(lab)
    event = lab.state.all("event")[0]
    provider = listening("whsec_own", "whsec_connect", "whsec_new")
    for secrets in (("whsec_own",), ("whsec_connect",), ("whsec_gone", "whsec_new")):
        assert provider.read_event(*delivered(event, *secrets), clock.now()).id == event["id"]
    headers, body = delivered(event, "whsec_own")
    for wrong, at in (
        ((delivered(event, "whsec_gone")), clock.now()),
        ((headers, body + b" "), clock.now()),
        (({}, body), clock.now()),
        ((headers, body), clock.now() + timedelta(minutes=6)),
    ):
        with pytest.raises(EventRefusedError):
            provider.read_event(*wrong, at)
    with pytest.raises(EventRefusedError):
        listening().read_event(headers, body, clock.now())


async def test_each_event_leads_to_the_object_it_is_about(lab: StripeWorld) -> None:
    """Whatever an event is called, reading what it names gives our payment, refund, payout or account."""
    account, payment = await ready(lab), await paid(lab)
    await lab.provider.transfer("s1", account, euro(5_000), payment.id, "tr:s1:1")
    refund = await lab.provider.refund("r1", payment.id, euro(70), "re:1")
    payout = await lab.provider.payout("p1", account, euro(90), "po:1")
    charge = next(iter(lab.state.things["charge"]))
    disputes.open_dispute(lab.state, charge, 100, "general", inquiry=False)
    provider = listening("whsec")
    told = [*lab.state.things["event"].values(), *lab.state.notices]
    about = {
        (found.object_kind, found.type.split(".")[0]): found.object_id
        for found in (provider.read_event(*delivered(event, "whsec"), clock.now()) for event in told)
    }
    assert (await lab.provider.get_payment(about["payment", "charge"])).id == payment.id
    assert (await lab.provider.get_payment(about["payment", "payment_intent"])).id == payment.id
    assert (await lab.provider.get_refund(about["refund", "refund"])).id == refund.id
    assert (await lab.provider.get_payout(about["payout", "payout"])).reference == payout.reference
    assert {about["account", "account"], about["account", "v2"]} == {account}


async def test_the_sweep_goes_on_where_stripes_list_does_not_know_the_place(lab: StripeWorld) -> None:
    """An event that is not in the platform's list (a connected account's) makes the sweep look back an hour."""
    await paid(lab)
    everything = await lab.provider.list_events("", 100)
    assert await lab.provider.list_events("evt_of_an_account", 100) == everything
