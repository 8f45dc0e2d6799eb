"""How the stand-in brings events: signed, to those who asked, and disturbed on order."""

from collections.abc import Mapping

import msgspec
import stripe

from payouts.standin import accounts
from payouts.standin.delivery import HEADER, Postman
from payouts.standin.endpoints import rotate_secret
from payouts.standin.faults import Fault, FaultKind
from payouts.standin.levers import pass_time
from tests.payouts.standin.life import Life

OWN, CONNECT, THIN = "https://hub.example/own", "https://hub.example/connect", "https://hub.example/thin"


class Street:
    """A hub with three registered addresses, and what was brought there."""

    def __init__(self) -> None:
        self.life = Life()
        self.open = True
        self.brought: list[tuple[str, str]] = []
        self.headers: list[tuple[str, bytes]] = []
        asked = {"enabled_events[0]": "*"}
        own = self.life.made("/v1/webhook_endpoints", {"url": OWN, **asked})
        connect = self.life.made("/v1/webhook_endpoints", {"url": CONNECT, "connect": "true", **asked})
        thin = {"name": "thin", "type": "webhook_endpoint", "event_payload": "thin", "enabled_events": ["*"]}
        made = self.life.made("/v2/core/event_destinations", {**thin, "webhook_endpoint": {"url": THIN}})
        self.secrets = {
            OWN: own["secret"],
            CONNECT: connect["secret"],
            THIN: made["webhook_endpoint"]["signing_secret"],
        }
        self.own_id = own["id"]
        self.postman = Postman(self.life.world, self.life.desk.faults)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        if self.open:
            self.brought.append((url, msgspec.json.decode(body)["type"]))
            self.headers.append((headers[HEADER], body))
        return self.open

    async def deliver(self) -> list[str]:
        """The types brought by one round."""
        before = len(self.brought)
        await self.postman.deliver(self.post)
        return [kind for _, kind in self.brought[before:]]

    def fault(self, kind: FaultKind, times: int = 1) -> None:
        self.life.desk.faults.add(Fault(kind, "events", times))


async def test_each_address_hears_what_it_asked_for() -> None:
    """The platform's events, those of connected accounts and thin ones go to three addresses, each with its secret."""
    street = Street()
    street.life.account()
    street.life.paid(500)
    await street.deliver()
    by_url = {url: {kind for at, kind in street.brought if at == url} for url in (OWN, CONNECT, THIN)}
    assert "checkout.session.completed" in by_url[OWN]
    assert by_url[CONNECT] == {"account.updated", "balance_settings.updated"}
    assert all(kind.startswith("v2.core.account") for kind in by_url[THIN])
    for (url, _), (header, body) in zip(street.brought, street.headers, strict=True):
        assert stripe.WebhookSignature.verify_header(body, header, street.secrets[url], 300)


async def test_both_secrets_sign_while_one_is_changed() -> None:
    """During a change old and new secret both verify; after it only the new one."""
    street = Street()
    fresh = rotate_secret(street.life.world, street.own_id, keep_old=True)
    street.life.paid(500)
    await street.deliver()
    header, body = street.headers[-1]
    for secret in (fresh, street.secrets[OWN]):
        assert stripe.WebhookSignature.verify_header(body, header, secret, 300)


async def test_deliveries_are_disturbed_on_order() -> None:
    """Events come twice, never, later or in another order."""
    street = Street()
    street.life.paid(500)
    usual = await street.deliver()
    street.life.paid(500)
    street.fault("duplicate")
    street.fault("drop")
    street.fault("reorder")
    assert await street.deliver() == [usual[2], usual[0], usual[0], *usual[3:]]
    street.life.paid(500)
    street.fault("delay")
    assert await street.deliver() == usual[1:]
    pass_time(street.life.world, 1)
    assert (await street.deliver())[0] == usual[0]


async def test_what_is_not_taken_is_brought_again() -> None:
    """An address that is closed hears of everything once it is open again."""
    street = Street()
    street.open = False
    street.life.paid(500)
    assert await street.deliver() == []
    street.open = True
    pass_time(street.life.world, 10)
    assert "payment_intent.succeeded" in await street.deliver()
    assert await street.deliver() == []


async def test_a_thin_event_names_its_account_and_shows_nothing() -> None:
    """The account must be read to know what became of it."""
    street = Street()
    account = street.life.account()
    accounts.change(street.life.world, account, ready=False)
    await street.deliver()
    body = next(body for (_, body), (url, _) in zip(street.headers, street.brought, strict=True) if url == THIN)
    event = msgspec.json.decode(body)
    assert (event["related_object"]["id"], "data" in event) == (account, False)
