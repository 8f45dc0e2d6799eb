"""The parts of an archive that a person opens with a spreadsheet: products with stock, orders, customers; and a readme.

Amounts are written in the currency's own unit with a point, as every spreadsheet reads them; text that a spreadsheet
would take for a formula is kept as text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from federation.conversations.forms import Address
from federation.vocabulary.cells import kept_as_text
from federation.vocabulary.money import Money, to_decimal

STOCK = "read-me/products-and-stock.csv"
ORDERS = "read-me/orders.csv"
CUSTOMERS = "read-me/customers.csv"
README = "read-me/read-me.txt"

STOCK_COLUMNS = (
    "sku",
    "product",
    "title",
    "size",
    "colour",
    "price",
    "currency",
    "location",
    "pieces",
    "set aside",
    "state",
)
ORDER_COLUMNS = (
    "placed at",
    "number",
    "hub",
    "state",
    "sku",
    "title",
    "size",
    "colour",
    "quantity",
    "unit price",
    "order total",
    "shipping",
    "commission",
    "yours",
    "refunded",
    "paid out",
    "currency",
)
CUSTOMER_COLUMNS = ("name", "e-mail", "street", "postcode", "town", "country", "first order", "orders")

README_TEXT = """\
{name}
{party}

Everything this boutique had at {address}, made on {made_on}.

  read-me/       tables for a spreadsheet: products with stock, orders, customers
  catalog/       products as JSON, one per line, with the exact words that were published
  media/         every picture, under its SHA-256; media/pictures.jsonl says which is of what kind
  orders/        orders with their documents, lines, events and receipts, as JSON, one per line
  stock/         pieces, movements, and what hubs had set aside
  imports/       files brought in, what was found in them, and the settings made for them
  money/         what hubs told of its money: every movement, statements and invoices as they were issued
  people/        who could use the portal
  vouchers/      vouchers it offered, and what hubs knew of them
  links/         the hubs it was linked with, what each had acknowledged and countersigned
  log/           everything ever published, line by line, with every signed checkpoint
  identity/      the signed operations that make it this boutique and no other
  manifest.note  the SHA-256 of every file here, signed by the boutique

The key with which the boutique signs every day is in identity/sign-key.sealed.json, if a password was given.
The root key is not in here: it is in the recovery file that was made when the boutique was opened. Whoever has that
file can go on with this archive anywhere:

  galleria shops take-in ARCHIVE --root-key RECOVERY-FILE
"""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[bytes]:
    """A CSV file line by line (RFC 4180), without its line ends."""
    for row in ((*columns,), *rows):
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow([_cell(cell) for cell in row])
        yield written.getvalue().encode()


def amount(minor: int, currency: str) -> str:
    """An amount in its own unit, such as 189.00."""
    return to_decimal(Money(minor, currency))


def stock_row(row: Any) -> tuple[object, ...]:
    """A variant at a location."""
    price = amount(row["price_minor"], row["currency"])
    return (
        row["sku"],
        row["product_id"],
        row["title"],
        row["size_label"],
        row["colour_name"],
        price,
        row["currency"],
        row["location"] or "",
        0 if row["on_hand"] is None else row["on_hand"],
        0 if row["held"] is None else row["held"],
        row["state"],
    )


def order_row(row: Any) -> tuple[object, ...]:
    """A line of an order."""
    currency = row["currency"]
    money = ("unit_price", "total", "shipping", "commission", "seller", "refunded", "paid_out")
    return (
        row["placed_at"].isoformat(),
        row["number"],
        row["hub_id"],
        row["state"],
        row["sku"],
        row["title"],
        row["size_label"],
        row["colour"],
        row["quantity"],
        *(amount(row[f"{name}_minor"], currency) for name in money),
        currency,
    )


class _Buyer(msgspec.Struct):
    address: Address
    email: str = ""


def customers(orders: Iterable[tuple[datetime, bytes]]) -> list[tuple[object, ...]]:
    """Whoever ordered, once by e-mail address, with the last address given; `orders` are (placed at, document)."""
    found: dict[str, tuple[_Buyer, datetime, int]] = {}
    for placed_at, document in orders:
        buyer = msgspec.json.decode(document, type=_Buyer)
        _, first, number = found.get(buyer.email, (buyer, placed_at, 0))
        found[buyer.email] = (buyer, min(first, placed_at), number + 1)
    return [
        (
            buyer.address.name,
            email,
            " ".join(filter(None, (buyer.address.line1, buyer.address.line2))),
            buyer.address.postcode,
            buyer.address.town,
            buyer.address.country,
            first.isoformat(),
            number,
        )
        for email, (buyer, first, number) in sorted(found.items())
    ]


def _cell(cell: object) -> object:
    return kept_as_text(cell) if isinstance(cell, str) else cell
