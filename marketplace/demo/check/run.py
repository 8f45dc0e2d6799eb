"""Plays the check from end to end. A stage that fails is named as a fault; those that do not need it still run."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import msgspec

from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money
from marketplace.api.documents import MoneyAnswer
from marketplace.cli.progress import Progress
from marketplace.demo.check import books, stages
from marketplace.demo.check.comparing import Compared, compare
from marketplace.demo.check.figures import Books, Movement, Race, Report, Sale
from marketplace.demo.check.shopper import Shopper
from marketplace.demo.check.staff import Operator
from marketplace.demo.check.verdict import faults_of
from marketplace.demo.running import Ready

T = TypeVar("T")


class _Stages:
    """Runs stages one after another, each timed, and remembers what went wrong."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.faults: list[str] = []

    async def run(self, name: str, stage: Awaitable[T], otherwise: T) -> T:
        """The stage's result, or `otherwise` when it was refused on the way."""
        try:
            with self._progress.phase(name):
                return await stage
        except GalleriaError as error:
            self.faults.append(f"{name}: {error.detail}")
            return otherwise


async def check_everything(ready: Ready, progress: Progress) -> Report:
    """Every stage on the running demo, and the verdict."""
    played = _Stages(progress)
    operator = Operator(ready)
    async with Shopper(ready.fleet.layout.hub.url) as shopper, operator.browser:
        await operator.sign_in()
        report = await _play(played, ready, shopper, operator)
    faults = (*played.faults, *faults_of(report))
    return msgspec.structs.replace(report, passed=not faults, faults=faults, phases=tuple(progress.phases))


async def _play(played: _Stages, ready: Ready, shopper: Shopper, operator: Operator) -> Report:
    compared = await played.run("compare signed logs with listings", compare(ready, shopper), Compared())
    searches = await played.run("search", stages.search(shopper), ())
    sale, refund = Sale("", "EUR", 0, ()), Movement("", 0, "EUR", "missing")
    sold = await played.run(
        "sell over boutiques of every node", stages.sell(ready, shopper, operator, compared.pieces), None
    )
    if sold is not None:
        refund = await played.run("refund one piece", stages.refund(shopper, operator, sold), refund)
        sale = await played.run("ship from every boutique", stages.ship(ready, shopper, operator, sold), sale)
    race = await played.run("race for the last three", stages.race(ready, compared), Race(0, 0, 0))
    kills = [
        await played.run("kill the hub's worker", stages.kill_hub_worker(ready, shopper, compared), None),
        await played.run("kill a shop node", stages.kill_shop_node(ready, shopper, compared), None),
    ]
    money = MoneyAnswer(trial_balance={}, transfers=[], payouts=[], claims=[])
    if sold is not None:
        money = await played.run("wait for the payouts", stages.settle(operator, sold), money)
    dispute, compared_books = Movement("", 0, "EUR", "missing"), Books()
    if sold is not None:
        dispute = await played.run("lose a dispute about a part", books.lose_dispute(ready, sold), dispute)
        compared_books = await played.run("compare the books", books.compare_books(ready), compared_books)
    names: dict[str, str] = {shop.shop_id: shop.name for shop in ready.opened.shops}
    return Report(
        passed=False,
        faults=(),
        shops=len(ready.opened.shops),
        nodes=len(ready.fleet.layout.nodes),
        list_currencies=compared.list_currencies,
        products_published=compared.published,
        listings=compared.listings,
        found=compared.found,
        missing=compared.missing,
        stale=compared.stale,
        searches=searches,
        order=sale,
        refund=refund,
        transfers=_movements([(sent.shop_id, sent.amount, sent.status) for sent in money.transfers], names),
        claims=_movements([(claim.shop_id, claim.amount, claim.status) for claim in money.claims], names),
        payouts=_movements([(payout.shop_id, payout.amount, payout.status) for payout in money.payouts], names),
        trial_balance=money.trial_balance,
        dispute=dispute,
        books=compared_books,
        race=race,
        kills=tuple(kill for kill in kills if kill is not None),
        phases=(),
    )


def _movements(rows: Sequence[tuple[str, Money, str]], names: dict[str, str]) -> tuple[Movement, ...]:
    return tuple(
        Movement(names.get(shop_id, shop_id), amount.amount_minor, amount.currency, status)
        for shop_id, amount, status in rows
    )
