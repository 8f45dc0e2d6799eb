"""Whether a report adds up: pure arithmetic over its figures, one sentence for each thing that does not."""

from collections.abc import Iterator

from marketplace.demo.check.figures import FOREIGN, Part, Report

SALE_PARTS = 3
KILLS = 2
DISPUTE_LOST = "lost"


def faults_of(report: Report) -> tuple[str, ...]:
    """Everything that is wrong with these figures; nothing when they add up."""
    return (
        *_listing_faults(report),
        *_sale_faults(report),
        *_money_faults(report),
        *_bank_faults(report),
        *_crash_faults(report),
    )


def _listing_faults(report: Report) -> Iterator[str]:
    if report.products_published == 0:
        yield "the boutiques published nothing"
    if report.listings != report.products_published:
        yield f"boutiques published {report.products_published} products, the hub lists {report.listings}"
    if report.found != report.products_published:
        yield f"boutiques published {report.products_published} products, the hub's search finds {report.found}"
    if report.missing or report.stale:
        yield f"{report.missing} products are missing and {report.stale} are shown in a previous version"
    for search in report.searches:
        if not search.hits:
            yield f"searching for {search.q!r} found nothing"


def _sale_faults(report: Report) -> Iterator[str]:
    order = report.order
    is_foreign_sold = any(line.list_currency in FOREIGN for part in order.parts for line in part.lines)
    is_foreign_there = any(currency in report.list_currencies for currency in FOREIGN)
    wanted = SALE_PARTS + is_foreign_there
    if len(order.parts) != wanted:
        yield f"the sale has {len(order.parts)} parts, not {wanted}"
    if is_foreign_there and not is_foreign_sold:
        yield f"boutiques sell in {', '.join(sorted(report.list_currencies))}, the sale was in no foreign currency"
    for part in order.parts:
        yield from _line_faults(part, order.currency)
        if part.paid != part.commission + part.vat + part.seller or min(part.paid, part.seller) <= 0:
            divided = f"{part.commission} + {part.vat} + {part.seller}"
            yield f"the part of {part.shop} does not divide: {part.paid} is not {divided}"
    total = sum(part.paid + part.shipping for part in order.parts)
    if total != order.total:
        yield f"the parts come to {total}, the order to {order.total}"
    given_back = sum(line.refunded for part in order.parts for line in part.lines)
    if given_back != report.refund.amount:
        yield f"{report.refund.amount} was given back, its lines say {given_back}"
    if order.parts and not 0 < report.refund.amount < order.parts[0].paid:
        yield f"the refund of {report.refund.amount} is no part of the {order.parts[0].paid} that were paid"


def _line_faults(part: Part, currency: str) -> Iterator[str]:
    """Lines make up what was paid; what is given back of a line is its price for each piece; our own prices stay."""
    lines = sum(line.quantity * line.unit_price for line in part.lines)
    if lines != part.paid:
        yield f"the lines of {part.shop} come to {lines}, it was paid {part.paid}"
    for line in part.lines:
        if line.refunded != line.refunded_quantity * line.unit_price or line.refunded_quantity > line.quantity:
            yield f"of {line.title!r} {line.refunded_quantity} at {line.unit_price} went back for {line.refunded}"
        if line.list_currency == currency and line.list_price != line.unit_price:
            yield f"{line.title!r} costs {line.list_price} at its boutique and was sold for {line.unit_price}"


def _money_faults(report: Report) -> Iterator[str]:
    for currency, balance in report.trial_balance.items():
        if balance:
            yield f"the books are off by {balance} in {currency}"
    if not report.trial_balance:
        yield "the hub showed no trial balance"
    for part in report.order.parts:
        owed = owed_to(part, report)
        sent = sum(transfer.amount for transfer in report.transfers if transfer.shop == part.shop)
        sent -= sum(claim.amount for claim in report.claims if claim.shop == part.shop)
        if sent != owed:
            yield f"{part.shop} is owed {owed} for its part and was sent {sent}"
        paid_out = sum(payout.amount for payout in report.payouts if payout.shop == part.shop)
        if paid_out < owed:
            yield f"{part.shop} is owed {owed} and its bank got {paid_out}"


def _bank_faults(report: Report) -> Iterator[str]:
    if report.dispute.status != DISPUTE_LOST or report.dispute.amount <= 0:
        yield f"the dispute of {report.dispute.amount} ended as {report.dispute.status}, not {DISPUTE_LOST}"
    if not report.books.at_provider:
        yield "the provider told no balance"
    for line in report.books.unmatched:
        yield f"nobody knows of what moved the provider's balance: {line}"
    for rule in report.books.broken:
        yield f"the books do not hold: {rule}"


def owed_to(part: Part, report: Report) -> int:
    """What a boutique keeps of its part: its share and shipping, less what it gives back of a refund.

    Of a refund the hub gives back its commission and the VAT on it in proportion, each rounded half up; the boutique
    gives back the rest. Right for a part of one line, as this sale's parts are.
    """
    whole = part.seller + part.shipping
    if part.shop != report.refund.shop or not part.paid:
        return whole
    refunded = report.refund.amount
    from_hub = _half_up(part.commission * refunded, part.paid) + _half_up(part.vat * refunded, part.paid)
    return whole - (refunded - from_hub)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _crash_faults(report: Report) -> Iterator[str]:
    race = report.race
    if race.sold != race.stock or not race.stock:
        yield f"{race.tried} shoppers raced for {race.stock} pieces and {race.sold} were sold"
    if len(report.kills) != KILLS:
        yield f"{len(report.kills)} of {KILLS} killed processes came through"
    for kill in report.kills:
        if not kill.restarts:
            yield f"{kill.process} was killed and never started again"
