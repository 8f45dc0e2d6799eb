"""What a receipt says beside its figures, the same on its page and in its PDF, in the reader's language."""

from decimal import Decimal

from babel.numbers import format_percent

from federation.node.languages import language
from federation.node.pages import format_day, format_money
from federation.vocabulary.money import Money
from marketplace.orders.domain.receipt import Receipt
from marketplace.storefront.words import say


def sums(receipt: Receipt, hub_name: str) -> list[tuple[str, Money]]:
    """What lies between the pieces' prices and what was paid, line by line; empty lines are left out."""
    rows = [(say("Pieces"), receipt.goods)]
    if receipt.voucher:
        rows.append((say("Voucher %(code)s, given by the boutique", code=receipt.voucher_code), -receipt.voucher))
    if receipt.coupon:
        rows.append((say("Coupon %(code)s, paid by %(hub)s", code=receipt.coupon_code, hub=hub_name), -receipt.coupon))
    rows.append((say("Shipping"), receipt.shipping))
    return rows


def written(amount: Money) -> str:
    """An amount with a true minus before what is taken off."""
    return format_money(amount).replace("-", "\N{MINUS SIGN}")


def paid_words(receipt: Receipt, hub_name: str) -> str:
    """When it was paid, to whom, and which part of the payment this is."""
    values = {
        "hub": hub_name,
        "day": format_day(receipt.payment.taken_at),
        "share": format_money(receipt.paid),
        "total": format_money(receipt.payment.total),
    }
    if receipt.payment.total == receipt.paid:
        return say("%(share)s, paid to %(hub)s on %(day)s in one payment.", **values)
    return say("%(share)s of one payment of %(total)s, paid to %(hub)s on %(day)s for several boutiques.", **values)


def vat_unknown(receipt: Receipt) -> str:
    """Why no VAT is shown."""
    if receipt.seller is not None and receipt.seller.vat_id:
        return say(
            "The VAT inside is not shown, as we could not make sure of the boutique’s VAT id or of its country’s rate."
        )
    return say("No VAT is shown, as the boutique has given no VAT id.")


def whose_words(receipt: Receipt, hub_name: str) -> str:
    """Who sold, who only took the payment."""
    seller = receipt.seller
    values = {"hub": hub_name, "seller": (seller.legal_name or seller.name) if seller else say("The boutique")}
    return say(
        "%(seller)s is the seller. %(hub)s took the payment on the seller’s behalf; this receipt is not an invoice of "
        "%(hub)s. If you need an invoice, ask the seller for it.",
        **values,
    )


def percent(rate_bp: int) -> str:
    """A rate in basis points for people: `22%`, `25.5%`."""
    rest = rate_bp % 100
    digits = 0 if not rest else 1 if rest % 10 == 0 else 2
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return format_percent(Decimal(rate_bp).scaleb(-4), pattern, locale=language())
