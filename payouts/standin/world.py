"""Everything the stand-in remembers: objects by kind, whose they are, its clock, its events, and money as moves.

Objects are maps in Stripe's JSON shapes. An owner is a connected account's id, or the empty text for the platform.
Times are whole seconds of the stand-in's own clock, which levers move ahead. A balance is the sum of the balance
transactions of an owner; one counts as available once the clock has reached its `available_on`.

Whoever changes an object has it from `add`, `find` or `account`, or says so with `touch`: what was touched is what
`keep` writes to the archive, if there is one, before anybody is answered.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from federation.node import clock
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import Money
from payouts.standin.errors import RefusedError
from payouts.standin.faults import Faults
from payouts.standin.rates import PER_EURO, converted, rate_text
from payouts.standin.settings import StandinSettings
from payouts.standin.state import Delivery, Kept, Link

Thing = dict[str, Any]

PLATFORM = ""
API_VERSION = "2026-10-28.endive"

_PREFIXES = {
    "account": "acct",
    "balance_transaction": "txn",
    "charge": "ch",
    "checkout.session": "cs_test",
    "dispute": "dp",
    "event": "evt",
    "file": "file",
    "payment_intent": "pi",
    "payout": "po",
    "radar.early_fraud_warning": "issfr",
    "refund": "re",
    "transfer": "tr",
    "transfer_reversal": "trr",
    "webhook_endpoint": "we",
}


class Archive(Protocol):
    """Where a world is kept beyond the life of its process."""

    def keep(self, world: "World") -> None:
        """Write down what changed; it is safe when this returns."""
        ...


class World:
    """The state behind the stand-in's answers, and the bookkeeping every part of it shares."""

    def __init__(self, settings: StandinSettings) -> None:
        self.settings = settings
        self.ahead = timedelta()
        self.rates: dict[str, Decimal] = dict(PER_EURO)
        self.things: dict[str, dict[str, Thing]] = {kind: {} for kind in _PREFIXES}
        self.owners: dict[str, str] = {}
        self.drafts: dict[str, Thing] = {}
        self.balance_settings: dict[str, Thing] = {}
        self.failing_banks: set[str] = set()
        self.notices: list[Thing] = []
        self.links: dict[str, Link] = {}
        self.answers: dict[tuple[str, str], Kept] = {}
        self.deliveries: dict[tuple[str, str], Delivery] = {}
        self.told_events = 0
        self.told_notices = 0
        self.events_held = False
        self.faults = Faults()
        self.number = 0
        self.touched: dict[tuple[str, str], None] = {}
        self.archive: Archive | None = None
        self._moves: dict[str, list[Thing]] = {}

    @property
    def now(self) -> int:
        """The present second on the stand-in's clock."""
        return int((clock.now() + self.ahead).timestamp())

    @property
    def moment(self) -> datetime:
        """The present on the stand-in's clock."""
        return datetime.fromtimestamp(self.now, UTC)

    def new_id(self, kind: str) -> str:
        """An id that says what it is of, and sorts by making."""
        self.number += 1
        return f"{_PREFIXES.get(kind, kind)}_{self.number:08}standin"

    def add(self, kind: str, thing: Thing, owner: str = PLATFORM) -> Thing:
        """Keep an object under its id."""
        self.things[kind][thing["id"]] = thing
        self.owners[thing["id"]] = owner
        if kind == "balance_transaction":
            self._moves.setdefault(owner, []).append(thing)
        self.touch(kind, thing["id"])
        return thing

    def touch(self, shelf: str, name: str) -> None:
        """Say that something may have changed: an object of a kind, or what else is kept by name."""
        self.touched[shelf, name] = None

    def keep(self) -> None:
        """Have every change written down, if there is where; call it before anybody hears of the change."""
        if self.archive is not None:
            self.archive.keep(self)
        self.touched.clear()

    def forget_old_answers(self) -> None:
        """Forget what no key repeats any more."""
        oldest = self.now - self.settings.key_lifetime_seconds
        for place in [place for place, kept in self.answers.items() if kept.at <= oldest]:
            del self.answers[place]
            self.touch("answer", " ".join(place))

    def remove(self, kind: str, thing_id: str) -> None:
        """Forget an object."""
        del self.things[kind][thing_id], self.owners[thing_id]
        self.drafts.pop(thing_id, None)
        self.touch(kind, thing_id)

    def find(self, kind: str, thing_id: str, owner: str = PLATFORM) -> Thing:
        """An object of an owner; raises RefusedError when it has none of that id."""
        found = self.things[kind].get(thing_id)
        if found is None or self.owners[thing_id] != owner:
            name = kind.rpartition(".")[2]
            raise RefusedError(f"No such {name}: '{thing_id[:60]}'", "resource_missing", "id")
        self.touch(kind, thing_id)
        return found

    def all(self, kind: str, owner: str = PLATFORM) -> list[Thing]:
        """The objects of a kind an owner has, newest first, as lists are answered; to look at, not to change."""
        return [each for each in reversed(self.things[kind].values()) if self.owners[each["id"]] == owner]

    def moves(self, owner: str) -> list[Thing]:
        """The movements of an owner's balance, newest first; to look at, not to change."""
        return self._moves.get(owner, [])[::-1]

    def account(self, account_id: str) -> Thing:
        """A connected account, or RefusedError."""
        found = self.things["account"].get(account_id)
        if found is None:
            raise RefusedError(f"No such destination: '{account_id[:60]}'", "resource_missing", "destination")
        self.touch("account", account_id)
        return found

    def tell(self, event_type: str, thing: Thing, owner: str = PLATFORM) -> Thing:
        """Write an event with a picture of the object as it is now."""
        event: Thing = {
            "id": self.new_id("event"),
            "object": "event",
            "account": owner or None,
            "api_version": API_VERSION,
            "created": self.now,
            "data": {"object": dict(thing)},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        if not owner:
            del event["account"]
        self.add("event", event, owner)
        return event

    def notify(self, event_type: str, account_id: str) -> None:
        """Write a thin event about a connected account: it names the account and shows nothing of it."""
        url = f"/v2/core/accounts/{account_id}"
        self.notices.append(
            {
                "id": self.new_id("event"),
                "object": "v2.core.event",
                "context": None,
                "created": self.moment.isoformat().replace("+00:00", "Z"),
                "livemode": False,
                "reason": None,
                "related_object": {"id": account_id, "type": "v2.core.account", "url": url},
                "type": event_type,
            }
        )

    def available_minor(self, owner: str, currency: str) -> int:
        """What can be taken from a balance now."""
        return self._sum(owner, currency, available=True)

    def pending_minor(self, owner: str, currency: str) -> int:
        """What will be available later."""
        return self._sum(owner, currency, available=False)

    def currencies(self, owner: str) -> list[str]:
        """The currencies an owner ever had money in; the platform always has its own."""
        found = {each["currency"] for each in self._moves.get(owner, ())}
        return sorted(found | ({self.settings.settlement_currency.lower()} if owner == PLATFORM else set()))

    def converted(self, money: Money, currency: str) -> Money:
        """An amount at the stand-in's rates of now."""
        return converted(money, currency, self.rates)

    def exchange_rate(self, currency: str) -> float | None:
        """Units of the platform's currency for one of `currency`, as Stripe prints it; None for its own."""
        text = rate_text(currency.upper(), self.settings.settlement_currency, self.rates)
        return float(text) if text else None

    def _sum(self, owner: str, currency: str, *, available: bool) -> int:
        now = self.now
        return sum(
            int(each["net"])
            for each in self._moves.get(owner, ())
            if each["currency"] == currency and (each["available_on"] <= now) == available
        )


def money_of(amount_minor: int, currency: str) -> Money:
    """An amount in Stripe's spelling as ours; raises RefusedError for a currency there is none of."""
    try:
        return Money(amount_minor, currency.upper())
    except RecordInvalidError as error:
        raise RefusedError(f"Invalid currency: {currency[:10]}", "parameter_invalid_empty", "currency") from error
