"""The oracle: what every account must come to, from what was decided and what the provider's own objects say.

A dictionary of plain sums. Whether something has happened yet (a payment was booked, a refund is paid) is asked of the
hub's rows; how much it is never is. A shop's accounts are one here: what it is owed less what it owes.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from payouts.service.sales import SHIPPING_LINE
from tests.machine.arithmetic import (
    Line,
    exchanged,
    exchanged_back,
    given_back,
    half_up,
    less,
    shared_out,
    unhurt,
)
from tests.machine.facts import Facts
from tests.machine.orders import SHOPS, Order
from tests.machine.outside import Outside

HOME = "EUR"
VAT = "vat:payable"
UNPAID = frozenset({"requested", "submitting", "failed", "voided"})
"""Refunds that a dispute pays first, whose shops bear them already.

One under way when a dispute is borne does not change what its lines bear: otherwise nobody bears it yet.
"""

Place = tuple[str, str]
"""A shop's id or an account's kind, and a currency."""

Books = dict[Place, int]
LineKey = tuple[UUID, str]


class Model:
    """What the hub was told, and what follows from it."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.orders: dict[UUID, Order] = {}
        self.refunds: dict[str, dict[LineKey, int]] = {}
        self.refunded: dict[tuple[UUID, LineKey], int] = defaultdict(int)
        self.pieces: dict[tuple[UUID, LineKey], int] = defaultdict(int)
        self.written_off: dict[str, int] = {}
        self.adjusted: dict[str, int] = defaultdict(int)
        self.disputes: dict[str, dict[str, Any]] = {}
        self.void: dict[str, int] = {}
        self.by_hand: dict[str, int] = {}
        self._taken_in = 0

    # What is decided.

    def refund(self, refund_id: UUID, order: Order, parts: dict[LineKey, int], pieces: int) -> None:
        """A refund was taken: so much of each line goes back, for so many pieces of the first."""
        self.refunds[str(refund_id)] = parts
        order.refunds.append(str(refund_id))
        for line, amount in parts.items():
            self.refunded[order.id, line] += amount
            self.pieces[order.id, line] += 1 if line[1] == SHIPPING_LINE else pieces

    def worth(self, order: Order, line: LineKey, pieces: int) -> int:
        """What so many more pieces of a line are worth, never more than is left of it."""
        paid, before = order.lines()[line]["paid"], self.pieces[order.id, line]
        left, quantity = self.left(order, line), order.quantity(line)
        if before + pieces == quantity:
            return left
        return min(half_up(paid, before + pieces, quantity) - half_up(paid, before, quantity), left)

    def left(self, order: Order, line: LineKey) -> int:
        """What of a line neither a refund nor a dispute has taken, in the shopper's currency."""
        paid = order.lines()[line]["paid"]
        return paid - self.gone(order, line)

    def gone(self, order: Order, line: LineKey) -> int:
        """What of a line is gone."""
        disputed: list[int] = [each["slices"].get(line, 0) for each in self._rounds(order)]
        return self.refunded[order.id, line] + sum(disputed)

    def borne(self, order: Order) -> int:
        """What shops and hub give up of an order's lines because of disputes."""
        return sum(sum(each["slices"].values()) for each in self._rounds(order))

    # What has happened.

    def absorb(self, facts: Facts) -> None:
        """Take note of disputes that moved on: who bears one is settled by what is left at that moment.

        Steps of several disputes are taken in the order in which the ledger has them.
        """
        rounds: dict[tuple[str, int], tuple[dict[str, Any], dict[str, Any]]] = {}
        for row in facts["disputes"]:
            order = self.orders[UUID(row["order_id"])]
            known = self.disputes.setdefault(row["provider_id"], {"order": order, "rounds": {}})
            for number in range(1, row["round"] + 1):
                one = known["rounds"].setdefault(number, {"funds": "none", "slices": {}, "excess": 0})
                rounds[row["id"], number] = row, one
        for step in facts["steps"]:
            if step["id"] > self._taken_in:
                self._taken_in = step["id"]
                self._step(facts, step, rounds)
        for (_, number), (row, one) in rounds.items():
            one["funds"] = row["funds"] if number == row["round"] else "returned"

    def _step(
        self,
        facts: Facts,
        step: dict[str, Any],
        rounds: dict[tuple[str, int], tuple[dict[str, Any], dict[str, Any]]],
    ) -> None:
        _, about, number = step["idem"].split(":")
        if step["kind"] in {"refund_void", "refund_owed_again"}:
            self.void.pop(about, None)
            if step["kind"] == "refund_void":
                self.void[about] = self._lost_for(next(each for each in facts["refunds"] if each["id"] == about))
            return
        row, one = rounds[about, int(number)]
        one["funds"] = step["kind"].removeprefix("dispute_")
        if one["funds"] == "borne":
            self._bear(facts, self.orders[UUID(row["order_id"])], row["provider_id"], one)
        elif one["funds"] == "returned":
            one["slices"], one["excess"] = {}, 0
            self._forgive(facts, about, int(number))

    def _lost_for(self, refund: dict[str, Any]) -> int:
        """What was written off for a refund that lost disputes paid: its part of what no line bears of them."""
        order = self.orders[UUID(refund["order_id"])]
        excess, cost = 0, 0
        for dispute_id, known in self.disputes.items():
            seen = self.outside.things("dispute")[dispute_id]
            taken = [-each["amount"] for each in seen["balance_transactions"] if each["amount"] < 0]
            for number, one in known["rounds"].items():
                if known["order"] is order and one["funds"] == "lost":
                    excess += one["excess"]
                    cost += half_up(taken[number - 1], one["excess"], seen["amount"])
        return half_up(cost, refund["amount"], excess)

    def _bear(self, facts: Facts, order: Order, dispute_id: str, one: dict[str, Any]) -> None:
        amount = self.outside.things("dispute")[dispute_id]["amount"]
        unpaid = self._for_refunds(facts, order, one, amount)
        lines = [line for line in order.lines() if self.left(order, line) > 0]
        left = [self.left(order, line) for line in lines]
        chosen = self.disputes[dispute_id].get("chosen")
        if chosen:
            parts = [min(chosen.get(line, 0), here) for line, here in zip(lines, left, strict=True)]
        else:
            parts = shared_out(min(amount - unpaid, sum(left)), left)
        one["before"] = {line: self.gone(order, line) for line in lines}
        one["slices"] = {line: part for line, part in zip(lines, parts, strict=True) if part}
        one["excess"] = amount - sum(parts)

    def _for_refunds(self, facts: Facts, order: Order, one: dict[str, Any], amount: int) -> int:
        """What of a dispute's amount is for whole refunds that are not paid, the oldest first, as far as they fit.

        What other disputes set aside for refunds is not set aside again.
        """
        left = amount
        aside = sum(each["excess"] for each in self._rounds(order) if each is not one)
        aside -= sum(sum(self.refunds[each].values()) for each in order.refunds if each in self.void)
        for refund_id, parts in self.refunds.items():
            status = next((each["status"] for each in facts["refunds"] if each["id"] == refund_id), "")
            wanted = sum(parts.values())
            if refund_id not in order.refunds or status not in UNPAID or refund_id in self.void:
                continue
            if wanted <= aside:
                aside -= wanted
            elif wanted <= left:
                left -= wanted
        return amount - left

    def _forgive(self, facts: Facts, dispute_row: str, number: int) -> None:
        """What was written off of a dispute that came back was not needed after all."""
        for claim in facts["claims"]:
            if (claim["dispute_id"], claim["round"], claim["for_fee"]) == (dispute_row, number, False):
                self.written_off.pop(claim["id"], None)

    def _rounds(self, order: Order) -> list[dict[str, Any]]:
        return [one for each in self.disputes.values() if each["order"] is order for one in each["rounds"].values()]

    # What follows.

    def books(self, facts: Facts) -> Books:
        """Every account that is not at zero; debits positive."""
        books: Books = defaultdict(int)
        for payment in facts["payments"]:
            if payment["booked"]:
                self._payment(books, facts, payment)
        self._transfers(books, facts)
        self._disputes(books, facts)
        self._people(books, facts)
        return {place: amount for place, amount in books.items() if amount}

    def _payment(self, books: Books, facts: Facts, payment: dict[str, Any]) -> None:
        order = self.orders[UUID(payment["order_id"])]
        truth = self._settled_at(payment)
        refunds = [each for each in facts["refunds"] if each["payment_id"] == payment["id"]]
        if payment["status"] == "paid":
            self._sale(books, order, payment, refunds)
        else:
            foreign = payment["settled"] and order.currency != HOME
            whole = self._asked(payment)
            books["provider", HOME if foreign else order.currency] += truth["amount"] if foreign else whole
            for refund in refunds:
                self._debt(books, refund, order.currency, truth["amount"] if foreign else None)
            if not refunds:
                books["suspense", order.currency] -= whole
        if payment["funded"]:
            books["hub:provider_fees", HOME] += truth["fee"]
            books["provider", HOME] -= truth["fee"]
        for share in facts["shares"]:
            if share["payment_id"] == payment["id"] and share["fee"]:
                books["hub:provider_fees", HOME] -= share["fee"]
                books[share["shop_id"], HOME] += share["fee"]

    def _sale(self, books: Books, order: Order, payment: dict[str, Any], refunds: list[dict[str, Any]]) -> None:
        lines = order.lines()
        foreign = payment["settled"] and order.currency != HOME
        currency = HOME if payment["settled"] else order.currency
        gross = self._settled_at(payment)["amount"] if foreign else sum(line["paid"] for line in lines.values())
        wholes = dict(zip(lines, exchanged(list(lines.values()), gross), strict=True)) if foreign else lines
        books["provider", currency] += gross
        for line, whole in wholes.items():
            back = _back(whole, lines[line], self.refunded[order.id, line], foreign=foreign)
            self._owed(books, (order, line), less(whole, back), currency)
        done: dict[LineKey, int] = defaultdict(int)
        for refund in refunds:
            settled = 0
            for line, amount in self.refunds[refund["id"]].items():
                before, after = (
                    _back(wholes[line], lines[line], gone, foreign=foreign)["paid"]
                    for gone in (done[line], done[line] + amount)
                )
                settled += after - before
                done[line] += amount
            self._debt(books, refund, order.currency, settled if foreign else None)

    def _owed(self, books: Books, of: tuple[Order, LineKey], parts: Line, currency: str, sign: int = 1) -> None:
        """Everybody's part of something paid for a line; with a sign of -1 it is taken from them."""
        order, line = of
        books[order.shop(line[0]), currency] -= sign * parts["seller"]
        books[order.referrer(line[0]), currency] -= sign * parts["referral"]
        books["hub:commission", currency] -= sign * parts["commission"]
        books[VAT, currency] -= sign * parts["vat"]
        books["hub:promo", currency] += sign * parts["coupon"]

    def _debt(self, books: Books, refund: dict[str, Any], currency: str, settled: int | None) -> None:
        """What a shopper is owed, or was paid; `settled` is what it was in the hub's currency, if that is another."""
        amount = sum(self.refunds[refund["id"]].values()) if refund["id"] in self.refunds else refund["amount"]
        if refund["status"] == "succeeded":
            taken = self._taken(refund["provider_id"])
            books["provider", HOME] -= taken
            books["hub:fx", HOME] += 0 if settled is None else taken - settled
            return
        if refund["status"] == "paid_by_hand":
            left = self.by_hand[refund["id"]]
            books["bank", HOME] -= left
            books["hub:fx", HOME] += 0 if settled is None else left - settled
            return
        if refund["status"] == "voided":
            cost = self.void[refund["id"]]
            books["hub:write_off", HOME] -= cost
            books["hub:fx", HOME] += 0 if settled is None else cost - settled
            return
        books["customer:refund_due", currency] -= amount
        if settled is not None:
            books["fx", currency] += amount
            books["fx", HOME] -= settled

    def _transfers(self, books: Books, facts: Facts) -> None:
        for shop, amount in self.given(facts):
            books[shop, HOME] += amount
            books["provider", HOME] -= amount
        for shop, amount in self.paid_by_bank(facts):
            books[shop, HOME] += amount
            books["bank", HOME] -= amount

    def given(self, facts: Facts) -> Iterator[tuple[str, int]]:
        """What each shop was sent through the provider, and what was taken back."""
        for each in facts["movements"]:
            word, _, provider_id = each["reference"].partition(":")
            if word == "transfer":
                yield each["shop_id"], int(self.outside.things("transfer")[provider_id]["amount"])
            elif word == "reversal":
                yield each["shop_id"], -int(self.outside.things("transfer_reversal")[provider_id]["amount"])

    def paid_by_bank(self, facts: Facts) -> Iterator[tuple[str, int]]:
        """What our bank paid each shop and did not get back, as its files say."""
        for each in facts["payouts"]:
            if each["rail"] == "bank" and each["status"] == "paid":
                yield each["shop_id"], self.outside.bank.amount(each["id"])

    def _disputes(self, books: Books, facts: Facts) -> None:
        booked = {each["id"] for each in facts["dispute_moves"]}
        for dispute_id, known in self.disputes.items():
            moves = list(self.outside.things("dispute")[dispute_id]["balance_transactions"])
            for each in moves:
                if each["id"] in booked:
                    books["provider", HOME] += each["net"]
                    books["hub:dispute_fees", HOME] += each["fee"]
            taken = [-each["amount"] for each in moves if each["amount"] < 0]
            back = [each["amount"] for each in moves if each["amount"] > 0]
            for number, one in known["rounds"].items():
                self._round(books, known["order"], dispute_id, one, (taken[number - 1], [*back, *[0] * 9][number - 1]))
        for claim in facts["claims"]:
            if claim["for_fee"]:
                books[claim["shop_id"], HOME] += claim["amount"]
                books["hub:dispute_fees", HOME] -= claim["amount"]

    def _round(self, books: Books, order: Order, dispute_id: str, one: dict[str, Any], money: tuple[int, int]) -> None:
        taken, back = money
        if one["funds"] == "taken":
            books["dispute:open", HOME] += taken
        elif one["funds"] == "returned":
            books["hub:fx", HOME] += taken - back
        elif one["funds"] in {"borne", "lost"}:
            amount = self.outside.things("dispute")[dispute_id]["amount"]
            excess = half_up(taken, one["excess"], amount)
            parts = self._slices(order, one)
            books["hub:fx", HOME] += taken - excess - sum(part["paid"] for part in parts.values())
            for line, part in parts.items():
                self._owed(books, (order, line), part, HOME, sign=-1)
                if one["funds"] == "borne":
                    self._owed(books, (order, line), part | {"seller": 0, "referral": 0}, HOME)
                    provision = part["commission"] + part["vat"] - part["coupon"]
                    books["hub:dispute_provision", HOME] += provision
            books["hub:dispute_provision" if one["funds"] == "borne" else "hub:write_off", HOME] += excess

    def _slices(self, order: Order, one: dict[str, Any]) -> dict[LineKey, Line]:
        """What the lines of a dispute come to in the hub's currency."""
        lines = order.lines()
        foreign = order.currency != HOME
        wholes = lines
        if foreign:
            wholes = dict(zip(lines, exchanged(list(lines.values()), self._gross_of(order)), strict=True))
        found = {}
        for line, amount in one["slices"].items():
            before = one["before"][line]
            after = _back(wholes[line], lines[line], before + amount, foreign=foreign)
            found[line] = unhurt(less(after, _back(wholes[line], lines[line], before, foreign=foreign)))
        return found

    def _people(self, books: Books, facts: Facts) -> None:
        """What people corrected or gave up, and what was moved between the hub's bank and the provider."""
        shops = {claim["id"]: claim["shop_id"] for claim in facts["claims"]}
        for claim_id, amount in self.written_off.items():
            books["hub:write_off", HOME] += amount
            books[shops[claim_id], HOME] -= amount
        for place, amount in self.adjusted.items():
            of_the_hub = place not in SHOPS
            books["hub:adjustment", HOME] += -amount if of_the_hub else amount
            books[place, HOME] += amount if of_the_hub else -amount
        for each in facts["moves"]:
            if each["state"] == "booked":
                amount = self.outside.things("balance_transaction")[each["id"]]["net"]
                books["provider", HOME] += amount
                books["bank", HOME] -= amount

    # What the provider says.

    def _asked(self, payment: dict[str, Any]) -> int:
        return int(self.outside.things("checkout.session")[payment["provider_id"]]["amount_total"])

    def charge_of(self, payment: dict[str, Any]) -> dict[str, Any]:
        """The provider's charge of a payment that somebody paid."""
        page = self.outside.things("checkout.session")[payment["provider_id"]]
        intent = self.outside.things("payment_intent")[page["payment_intent"]]
        return self.outside.things("charge")[intent["latest_charge"]]

    def _settled_at(self, payment: dict[str, Any]) -> dict[str, Any]:
        charge = self.charge_of(payment)
        return self.outside.things("balance_transaction").get(charge["balance_transaction"] or "", {"amount": 0})

    def _gross_of(self, order: Order) -> int:
        return int(self._settled_at({"provider_id": order.page})["amount"])

    def _taken(self, refund_id: str) -> int:
        """What a refund took from the balance; nothing while it waits for funds, whatever the hub says of it."""
        refund = self.outside.things("refund")[refund_id]
        moved = self.outside.things("balance_transaction").get(refund["balance_transaction"] or "", {"net": 0})
        return -int(moved["net"])


def _back(whole: Line, charged: Line, gone: int, *, foreign: bool) -> Line:
    return exchanged_back(whole, gone, charged["paid"]) if foreign else given_back(charged, gone)


def shortfall(books: Books, facts: Facts) -> dict[str, int]:
    """What the hub lacks by the model's books: all it owes, as debts of shops do not count for it, less what it has."""
    lent: Books = defaultdict(int)
    for claim in facts["claims"]:
        outstanding = claim["amount"] - claim["reversed"] - claim["netted"] - claim["written_off"]
        lent["lent", claim["currency"]] += outstanding
    found = {}
    for currency in {currency for _, currency in books}:
        here = {name: amount for (name, of), amount in books.items() if of == currency}
        owed = -sum(
            amount
            for name, amount in here.items()
            if name.startswith("shop-") or name in {VAT, "customer:refund_due", "suspense"}
        )
        has = sum(here.get(name, 0) for name in ("provider", "bank", "fx"))
        found[currency] = max(0, owed + lent["lent", currency] - has)
    return found
