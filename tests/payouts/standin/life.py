"""A life in which every kind of object the stand-in knows comes to be, in every state that shows other fields."""

import itertools
from typing import Any
from urllib.parse import urlencode

import msgspec

from payouts.standin import accounts, bank, disputes, files, levers, refunds
from payouts.standin.desk import Asked, Desk
from payouts.standin.multipart import Upload
from payouts.standin.settings import StandinSettings
from payouts.standin.state import Told
from payouts.standin.world import World
from tests.support.evidence_files import pdf

API_KEY = "sk_test_life"


class Life:
    """A stand-in asked in this process, in the form encoding the real client sends."""

    def __init__(self, **habits: Any) -> None:
        self.world = World(StandinSettings(api_key=API_KEY, **habits))
        self.desk = Desk(self.world)
        self._keys = itertools.count()

    def ask(self, method: str, path: str, content: dict[str, Any] | None = None, **headers: str) -> Told:
        """One request; content is a flat form, or JSON below /v2/."""
        told = {
            "authorization": f"Bearer {API_KEY}",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        if method == "POST":
            told.setdefault("idempotency-key", f"life:{next(self._keys)}")
        form = urlencode(content or {})
        body = msgspec.json.encode(content or {}) if path.startswith("/v2/") else form.encode()
        query = form if method == "GET" else ""
        return self.desk.answer(Asked(method, path, query, told, body if method == "POST" else b""))

    def made(self, path: str, content: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """What a change made."""
        return self.read(self.ask("POST", path, content, **headers))

    def read(self, told: Told) -> dict[str, Any]:
        """The object answered."""
        assert told.status == 200, told.body
        found: dict[str, Any] = msgspec.json.decode(told.body)
        return found

    def account(self) -> str:
        """An account that can take money; its balance is paid out when asked."""
        recipient = {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
        made = self.made("/v2/core/accounts", {"display_name": "Shop", "configuration": {"recipient": recipient}})
        accounts.change(self.world, made["id"], ready=True)
        manual = {"payments[payouts][schedule][interval]": "manual"}
        self.made("/v1/balance_settings", manual, stripe_account=made["id"])
        return str(made["id"])

    def page(self, amount: int, currency: str = "eur", **data: str) -> dict[str, Any]:
        """A payment page."""
        price = "line_items[0][price_data]"
        more = {f"payment_intent_data[{name}]": text for name, text in data.items()}
        return self.made(
            "/v1/checkout/sessions",
            {
                "mode": "payment",
                "success_url": "http://127.0.0.1:7999/",
                "line_items[0][quantity]": 1,
                f"{price}[currency]": currency,
                f"{price}[unit_amount]": amount,
                f"{price}[product_data][name]": "Hats",
                **more,
            },
        )

    def paid(self, amount: int, currency: str = "eur") -> tuple[str, str]:
        """A payment that was paid: its intent and its charge."""
        page = self.page(amount, currency)
        levers.pay_page(self.world, page["id"])
        intent = self.intent(page["id"])
        return intent["id"], intent["latest_charge"]

    def intent(self, page_id: str) -> dict[str, Any]:
        """The payment intent of a page on which a card was used."""
        return self.world.find("payment_intent", self.world.find("checkout.session", page_id)["payment_intent"])

    def transfer(self, account: str, amount: int, charge: str) -> str:
        """Money given to an account out of a charge."""
        form = {"amount": amount, "currency": "eur", "destination": account, "source_transaction": charge}
        return str(self.made("/v1/transfers", form)["id"])


def every_kind_of_object() -> list[dict[str, Any]]:
    """One of each object in each state that shows other fields."""
    life = Life()
    world, account = life.world, life.account()
    v1 = life.made("/v1/accounts", {"type": "express", "capabilities[card_payments][requested]": "true"})
    use_case = {"type": "account_onboarding", "account_onboarding": {"refresh_url": "https://a.example"}}
    links = [
        life.made("/v2/core/account_links", {"account": account, "use_case": use_case}),
        life.made("/v1/account_links", {"account": account, "type": "account_onboarding"}),
    ]
    endpoint = life.made("/v1/webhook_endpoints", {"url": "https://a.example/", "enabled_events[0]": "*"})
    thin = {"name": "thin", "type": "webhook_endpoint", "event_payload": "thin", "enabled_events": ["*"]}
    thin_endpoint = life.made(
        "/v2/core/event_destinations", {**thin, "webhook_endpoint": {"url": "https://a.example/"}}
    )
    intent, charge = life.paid(50_000)
    transfer = life.transfer(account, 9_000, charge)
    life.made(f"/v1/transfers/{transfer}/reversals", {"amount": 100})
    failed = life.made("/v1/refunds", {"payment_intent": intent, "amount": 500})
    refunds.fail(world, failed["id"], "expired_or_canceled_card")
    for outcome in ("won", "lost"):
        inquiry = disputes.open_dispute(world, charge, 1_000, "general", inquiry=True)
        disputes.escalate(world, inquiry["id"])
        file = files.keep(world, {"purpose": files.PURPOSE, "file": Upload("proof.pdf", pdf())})
        evidence = {"evidence[uncategorized_text]": "sent", "evidence[receipt]": file["id"], "submit": "true"}
        life.made(f"/v1/disputes/{inquiry['id']}", evidence)
        disputes.decide(world, inquiry["id"], "won" if outcome == "won" else "lost")
    payout = life.made("/v1/payouts", {"amount": 1_000, "currency": "eur"}, stripe_account=account)
    levers.pass_time(world, 1)
    bank.fail(world, world.things["payout"][payout["id"]], "account_closed")
    levers.decline_page(world, life.page(500)["id"])
    held = life.page(500, capture_method="manual")
    levers.pay_page(world, held["id"])
    life.made("/v1/balance_settings", {"payments[payouts][schedule][interval]": "daily"}, stripe_account=account)
    levers.pass_time(world, 2 * bank.DAY_SECONDS)
    asked = {"payout": world.all("payout", account)[0]["id"], "expand[0]": "data.source"}
    paid_out = life.read(life.ask("GET", "/v1/balance_transactions", asked, stripe_account=account))["data"]
    accounts.close(world, account)
    return [
        *(each for kind, things in world.things.items() if kind != "account" for each in things.values()),
        *(world.notices),
        *links,
        *(each["source"] for each in paid_out if isinstance(each["source"], dict)),
        *(v1, endpoint, thin_endpoint, accounts.as_v2(world.account(account)), accounts.as_v1(world.account(v1["id"]))),
        *(life.read(life.ask("GET", "/v1/balance")), life.read(life.ask("GET", "/v1/balance_settings"))),
    ]
