"""What must hold after every step, with other eyes than the hub's own: sums of rows beside the provider's objects.

Numbers are those of the design's list. `payouts.invariants` is asked as well; each must be silent by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from federation.node import clock
from payouts import service
from payouts.invariants import breaches
from tests.machine import facts as reading
from tests.machine.facts import Facts
from tests.machine.model import HOME, Books, Model, shortfall
from tests.machine.outside import Outside

SHOP_KINDS = frozenset({"held", "releasable", "in_transfer", "reserve", "recv"})
AT_PROVIDER = frozenset({"provider:pending", "provider:available", "provider:reserved"})
SAID_BY_THE_JOB = frozenset({"transfer-stuck"})
"""Days without any worker are drawn as well: what is in transfer for longer is wrong only where one has worked."""

ANSWERED_WITHIN = timedelta(hours=24)

WITH_THE_SHOP = frozenset({"sent", "part_reversed", "reversed"})


class Checks:
    """Looks after each step; remembers what was posted and sent before."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.facts: Facts = {}
        self._newest = 0
        self._digest = ""

    async def look(self, *, worked: bool = False) -> None:
        """Raises AssertionError, naming the rule, when one does not hold. `worked`: all jobs have just run in peace."""
        facts = await reading.read()
        self.model.absorb(facts)
        wrong = [*self._rows(facts), *self._oracle(facts), *await self._posted()]
        if worked:
            wrong += _unanswered(facts, clock.now())
        found = [each for each in await breaches(clock.now()) if worked or each.rule not in SAID_BY_THE_JOB]
        wrong += [f"{each.rule}: {each.reference} {each.message}" for each in found]
        known = await service.shortfall()
        lacking = shortfall(self.model.books(facts), facts)
        if {currency: known.get(currency, 0) for currency in lacking} != lacking:
            wrong.append(f"10 shortfall: {known} known, {lacking} by the model")
        self.facts = facts
        assert not wrong, "\n".join(wrong)

    def _oracle(self, facts: Facts) -> Iterator[str]:
        """Every account is what the model says."""
        has, wants = merged(facts), self.model.books(facts)
        for place in sorted({*has, *wants}):
            if has.get(place, 0) != wants.get(place, 0):
                yield f"oracle: {place} holds {has.get(place, 0)}, the model says {wants.get(place, 0)}"

    async def _posted(self) -> list[str]:
        """2: what was posted is as it was."""
        before = self._digest
        again, self._newest, self._digest = await reading.posted(self._newest)
        return [] if again == before else ["2: what was posted has changed"]

    def _rows(self, facts: Facts) -> Iterator[str]:
        outside = self.model.outside
        yield from (f"1: transaction {each['txn_id']} does not balance" for each in facts["unbalanced"])
        yield from (f"mistake: {each['topic']} {each['last_error']}" for each in facts["mistakes"])
        yield from _accounts(facts)
        yield from _charges(facts, self.model)
        yield from _in_transfer(facts)
        yield from _payouts(facts)
        yield from outside.bank.differs(facts["payouts"])
        yield from _answers(facts, outside)
        yield from doubles(outside)
        yield from _by_both_ways(facts, outside)
        yield from self._holds(facts)

    def _holds(self, facts: Facts) -> Iterator[str]:
        """Nothing begins to move while a hold that stood before the step still stands."""
        moving = {share["id"]: share["status"] in {"submitting", *WITH_THE_SHOP} for share in facts["shares"]}
        known = {hold["id"] for hold in self.facts.get("holds", [])}
        stood = {(hold["shop_order_id"], hold["shop_id"]) for hold in facts["holds"] if hold["id"] in known}
        before = {share["id"]: share["status"] for share in self.facts.get("shares", [])}
        for share in facts["shares"]:
            held_up = {(share["shop_order_id"], ""), (None, share["shop_id"])} & stood
            if held_up and moving[share["id"]] and before.get(share["id"]) not in {None, "submitting", *WITH_THE_SHOP}:
                yield f"hold: share {share['id']} was sent while it was held up"


def merged(facts: Facts) -> Books:
    """The trial balance with each shop's accounts as one, and the provider's."""
    books: Books = defaultdict(int)
    for each in facts["balances"]:
        name = each["owner"] if each["kind"] in SHOP_KINDS else each["kind"]
        books["provider" if name in AT_PROVIDER else name, each["currency"]] += each["amount"]
    return {place: amount for place, amount in books.items() if amount}


def _accounts(facts: Facts) -> Iterator[str]:
    """3 and 4: running balances are their entries, and on their own side of zero."""
    for each in facts["balances"]:
        if each["kept"] and (each["balance"], each["version"]) != (each["amount"], each["entries"]):
            yield f"3: {each['kind']} of {each['owner']} stores {each['balance']}, its entries say {each['amount']}"
        if each["kind"] in SHOP_KINDS and (each["amount"] < 0 if each["kind"] == "recv" else each["amount"] > 0):
            yield f"4: {each['kind']} of {each['owner']} is {each['amount']}"


def _charges(facts: Facts, model: Model) -> Iterator[str]:
    """5: of each charge no more is with shops than was left there when somebody last bore a loss, but for open claims.

    A dispute that nobody bears yet lies in an account of its own.
    """
    outside = model.outside
    payment_of = {share["id"]: share["payment_id"] for share in facts["shares"]}
    allowed: dict[str, int] = defaultdict(int)
    for claim in facts["claims"]:
        allowed[payment_of.get(claim["settlement_id"], "")] += claim["amount"] - claim["reversed"]
    for payment in facts["payments"]:
        order = next(each for each in model.orders.values() if str(each.id) == payment["order_id"])
        if payment["status"] != "paid" or not payment["settled"] or order.currency != HOME:
            continue
        charge = model.charge_of(payment)
        kept = charge["amount_captured"] - _refunded(outside, charge["id"])
        kept -= model.borne(order)
        sent = sum(
            each["amount"] - each["amount_reversed"]
            for each in outside.things("transfer").values()
            if each["source_transaction"] == charge["id"]
        )
        if sent > kept + allowed[payment["id"]]:
            yield f"5: {sent} of {charge['id']} are with shops, {kept} of it are left, {allowed[payment['id']]} claimed"


def _refunded(outside: Outside, charge_id: str) -> int:
    return sum(
        each["amount"]
        for each in outside.things("refund").values()
        if each["charge"] == charge_id and each["status"] == "succeeded"
    )


def _in_transfer(facts: Facts) -> Iterator[str]:
    """7: what is in transfer is what was asked of the provider and not answered."""
    asked: dict[str, int] = defaultdict(int)
    shop_of = {share["id"]: share["shop_id"] for share in facts["shares"]}
    for each in facts["transfers"]:
        if each["status"] == "submitting":
            asked[shop_of[each["settlement_id"]]] += each["amount"]
    booked = {each["owner"]: -each["amount"] for each in facts["balances"] if each["kind"] == "in_transfer"}
    for shop in {*asked, *booked}:
        if asked[shop] != booked.get(shop, 0):
            yield f"7: {booked.get(shop, 0)} of {shop} are in transfer, {asked[shop]} were asked for"


def _unanswered(facts: Facts, now: datetime) -> Iterator[str]:
    """7: it is answered within a day, or a person is told."""
    told = {each["reference"] for each in facts["alerts"]}
    for each in facts["transfers"]:
        waits = each["status"] == "submitting" and each["payout_id"] is None
        asked_at = datetime.fromisoformat(each["submitted_at"]) if waits else now
        if now - asked_at >= ANSWERED_WITHIN and each["settlement_id"] not in told:
            yield f"7: {each['amount']} of share {each['settlement_id']} are in transfer since {asked_at}"


def _payouts(facts: Facts) -> Iterator[str]:
    """9: a payout is what it claims, and nothing is in two payouts that may still arrive.

    One by our own bank claims the transfers that it is made of.
    """
    parts: dict[str, int] = defaultdict(int)
    by_bank = {each["id"] for each in facts["payouts"] if each["rail"] == "bank"}
    for transfer in facts["transfers"]:
        if transfer["payout_id"] is not None:
            parts[transfer["payout_id"]] += transfer["amount"]
    alive = {each["id"] for each in facts["payouts"] if each["status"] != "failed"}
    claimed = Counter(each["movement_id"] for each in facts["payout_parts"] if each["payout_id"] in alive)
    for part in facts["payout_parts"]:
        parts[part["payout_id"]] += 0 if part["payout_id"] in by_bank else part["amount"]
    for each in facts["payouts"]:
        if each["amount"] != parts[each["id"]]:
            yield f"9: payout {each['id']} is of {each['amount']}, its parts are {parts[each['id']]}"
    yield from (f"9: movement {each} is in {times} payouts" for each, times in claimed.items() if times > 1)


def doubles(outside: Outside) -> Iterator[str]:
    """Nothing of ours was done twice: the provider has one object at most for each thing we wanted."""
    for kind in ("transfer", "transfer_reversal", "payout", "refund"):
        wanted = Counter(
            _reference(each) for each in outside.things(kind).values() if kind != "refund" or each["status"] != "failed"
        )
        yield from (f"twice: the provider has {times} of {kind} {each}" for each, times in wanted.items() if times > 1)


def _answers(facts: Facts, outside: Outside) -> Iterator[str]:
    """Evidence that we call given is with the shopper's bank, and what the bank looks at we do not call refused."""
    for each in facts["disputes"]:
        seen = outside.things("dispute")[each["provider_id"]]
        count, looks = seen["evidence_details"]["submission_count"], seen["status"].endswith("under_review")
        stands = each["answer"] if each["answer_kind"] == "evidence" else ""
        if (stands == "given" and not count) or (stands == "refused" and count and looks):
            yield f"answer: of {each['provider_id']} is {stands}, the bank has it {count} times"


def _by_both_ways(facts: Facts, outside: Outside) -> Iterator[str]:
    """No share was sent through the provider and lies in a bank file as well, or in two."""
    alive = {each["id"] for each in facts["payouts"] if each["rail"] == "bank" and each["status"] != "failed"}
    wanted = Counter(_reference(each) for each in outside.things("transfer").values())
    wanted.update(each["settlement_id"] for each in facts["transfers"] if each["payout_id"] in alive)
    yield from (f"twice: share {each} goes {times} ways" for each, times in wanted.items() if times > 1)


def _reference(thing: dict[str, Any]) -> str:
    """Our row behind an object of the provider's; a refund's attempts are one refund."""
    reference = str(thing["metadata"].get("reference", thing["id"]))
    return reference.partition(":")[0] if thing["object"] == "refund" else reference
