"""The portal's lists as rows of a file: one heading and one cell per column, in the same order. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from federation.node.languages import SOURCE_LANGUAGE, language
from federation.node.spreadsheets import Cell
from federation.vocabulary.money import Money
from federation.vocabulary.product import CATEGORIES
from federation.vocabulary.wording import message
from shops.catalog.store import ProductRow
from shops.importers.domain.findings import Finding
from shops.inventory.store.registers import StockRow
from shops.orders.domain.orders import OrderRow
from shops.portal.views import STATE_WORDS
from shops.portal.words import WORDING, say

ORDER_COLUMNS = (
    message("Order"), message("State"), message("Placed"), message("Hub"), message("Buyer"), message("Country"),
    message("Pieces"), message("Currency"), message("Total"), message("Yours"),
)  # fmt: skip
MONEY_COLUMNS = (
    message("Order"), message("State"), message("Placed"), message("Currency"), message("Pieces and shipping"),
    message("Commission"), message("VAT on it"), message("Referral"), message("Your share"), message("Shipping"),
    message("Payment fee, your part"),
    message("Refunds, your part"), message("Taken by banks"), message("Transferred"), message("Paid out"),
    message("Still owed"),
)  # fmt: skip
PRODUCT_COLUMNS = (
    message("Article code"), message("Title"), message("Category"), message("State"), message("Variants"),
    message("To sell"), message("Currency"), message("Lowest price"), message("Highest price"), message("Changed"),
)  # fmt: skip
STOCK_COLUMNS = (
    message("SKU"), message("Title"), message("Size"), message("Colour"), message("Place"), message("On hand"),
    message("Held"), message("Currency"), message("Price"), message("State"),
)  # fmt: skip
FINDING_COLUMNS = (
    message("Gravity"), message("Code"), message("File"), message("Line"), message("Row"), message("Product"),
    message("Where"), message("Value"), message("What is wrong"), message("What was done"),
)  # fmt: skip
SEVERITY_WORDS = {"error": message("Refused"), "warning": message("Set aside"), "note": message("For information")}


def spoken(columns: Sequence[str]) -> list[str]:
    """The headings in the reader's language."""
    return [say(one) for one in columns]


def order_cells(row: OrderRow, hubs: Mapping[str, str]) -> tuple[Cell, ...]:
    """An order of the orders page."""
    money = row.money
    return (
        row.number, say(STATE_WORDS[row.standing].word), row.placed_at, hubs.get(row.hub_id, row.hub_id), row.buyer,
        row.country, row.pieces, money.currency, money.money(money.total_minor), money.money(money.due_minor),
    )  # fmt: skip


def money_cells(row: OrderRow) -> tuple[Cell, ...]:
    """How an order's money divides."""
    money = row.money
    amounts = (
        money.total_minor, money.commission_minor, money.commission_vat_minor, money.referral_minor,
        money.seller_minor, money.shipping_minor, -money.fee_minor,
        -money.seller_refunded_minor, -money.disputed_minor, money.sent_minor, money.paid_out_minor, money.owed_minor,
    )  # fmt: skip
    named = (row.number, say(STATE_WORDS[row.standing].word), row.placed_at, money.currency)
    return (*named, *(money.money(amount) for amount in amounts))


def product_cells(row: ProductRow, currency: str) -> tuple[Cell, ...]:
    """A product of the products page."""
    return (
        row.product_id, row.title, WORDING.said(CATEGORIES[row.category][0]), say(STATE_WORDS[row.state].word),
        row.variants, row.sellable, currency,
        Money(row.price_low_minor, currency), Money(row.price_high_minor, currency), row.changed_at,
    )  # fmt: skip


def stock_cells(row: StockRow, currency: str, locations: Mapping[str, str]) -> tuple[Cell, ...]:
    """A variant at a place."""
    state = STATE_WORDS["published" if row.published else "withdrawn"]
    return (
        row.sku, row.title, row.size_label, row.colour_name, locations.get(row.location, row.location), row.on_hand,
        row.held, currency, Money(row.price_minor, currency), say(state.word),
    )  # fmt: skip


def finding_cells(findings: Iterable[Finding]) -> Iterator[tuple[Cell, ...]]:
    """What an import found; the exact sentence is English, other readers are told what its code means."""
    for one in findings:
        said = one.sentence if language() == SOURCE_LANGUAGE else WORDING.said(one.words)
        yield (
            say(SEVERITY_WORDS[one.severity]), one.code, one.file, one.line or None, one.record or None, one.product,
            one.column, one.raw, said, WORDING.said(one.done),
        )  # fmt: skip
