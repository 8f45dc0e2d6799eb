"""The report as tables for a person. Amounts are shown in units of their currency."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from federation.vocabulary.money import Money, to_decimal
from marketplace.cli.progress import table
from marketplace.demo.check.figures import Movement, Part, Report


def shown(report: Report) -> Iterator[RenderableType]:
    """One table for each chapter, then the verdict."""
    yield table("Catalogue", ("figure", "value"), _catalogue(report))
    yield table("Searches", ("query", "products", "ms"), [(q.q, str(q.hits), f"{q.ms:.1f}") for q in report.searches])
    yield table(
        f"Order {report.order.number}",
        ("boutique", "sells in", "paid", "commission", "VAT", "seller", "shipping"),
        [
            (part.shop, _currencies(part), *(_amount(minor, report.order.currency) for minor in amounts))
            for part in report.order.parts
            for amounts in [(part.paid, part.commission, part.vat, part.seller, part.shipping)]
        ],
    )
    yield table("Refund", ("boutique", "amount", "status"), _movements([report.refund]))
    yield table("Transfers for this order", ("boutique", "amount", "status"), _movements(report.transfers))
    if report.claims:
        yield table("Owed back by boutiques", ("boutique", "amount", "status"), _movements(report.claims))
    yield table("Payouts", ("boutique", "amount", "status"), _movements(report.payouts))
    yield table("Trial balance", ("currency", "sum"), [(c, _amount(m, c)) for c, m in report.trial_balance.items()])
    yield table("Disputed in part", ("boutique", "amount", "ended"), _movements([report.dispute]))
    balances = [(name, _amount(minor, name)) for name, minor in report.books.at_provider.items()]
    yield table("At the provider, to the cent as the books say", ("currency", "balance"), balances)
    race = report.race
    yield table("Race", ("left", "tried", "sold"), [(str(race.stock), str(race.tried), str(race.sold))])
    kills = [(kill.process, str(kill.restarts), kill.order_state) for kill in report.kills]
    yield table("Killed", ("process", "started again", "the order"), kills)
    yield from (f"FAULT: {fault}" for fault in report.faults)
    yield "Everything adds up." if report.passed else "It does NOT add up."


def _catalogue(report: Report) -> list[tuple[str, str]]:
    return [
        ("boutiques", str(report.shops)),
        ("nodes", str(report.nodes)),
        ("they sell in", ", ".join(f"{name} ({number})" for name, number in sorted(report.list_currencies.items()))),
        ("products in the boutiques' signed logs", str(report.products_published)),
        ("products the hub lists", str(report.listings)),
        ("products its search finds", str(report.found)),
        ("missing", str(report.missing)),
        ("shown in a previous version", str(report.stale)),
    ]


def _currencies(part: Part) -> str:
    return ", ".join(sorted({line.list_currency for line in part.lines}))


def _movements(movements: Sequence[Movement]) -> list[tuple[str, str, str]]:
    return [(each.shop, _amount(each.amount, each.currency), each.status) for each in movements]


def _amount(amount_minor: int, currency: str) -> str:
    return f"{to_decimal(Money(amount_minor, currency))} {currency}"
