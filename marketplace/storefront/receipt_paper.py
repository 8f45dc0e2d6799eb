"""A receipt as a PDF: the same words and figures as its page."""

import msgspec
from reportlab.platypus import Flowable, Spacer

from federation.node.languages import language
from federation.node.letters import MARK, are_lent, are_printed
from federation.node.pages import country_in_words, format_day, format_money
from federation.node.paper import ADDRESS_LINES_MAX, Sheet, columns, few_lines, heading, paper, table, words
from marketplace.orders.domain.receipt import Receipt
from marketplace.orders.domain.refund_words import words_of
from marketplace.storefront import receipt_words
from marketplace.storefront.words import WORDING, say

GAP = 10


def receipt_paper(receipt: Receipt, hub_name: str) -> bytes:
    """The receipt in the current language; the same bytes for the same receipt."""
    sheet = Sheet(
        title=say("Receipt %(number)s", number=receipt.number),
        author=hub_name,
        language=language(),
        foot=f"{receipt.number} · {hub_name}",
        page_words=lambda number, pages: say("Page %(number)s of %(pages)s", number=number, pages=pages),
    )
    story = [
        *_head(receipt),
        *_lines(receipt, hub_name),
        *_vat(receipt),
        *_payment(receipt, hub_name),
        *_refunds(receipt),
    ]
    whose = words(receipt_words.whose_words(receipt, hub_name), "small")
    return paper(sheet, [*story, Spacer(1, 2 * GAP), whose, *_letters(receipt)])


def _head(receipt: Receipt) -> list[Flowable]:
    number = say(
        "No. %(number)s · order %(order)s of %(day)s",
        number=receipt.number,
        order=receipt.order_number,
        day=format_day(receipt.sold_at),
    )
    ends = columns(
        [[words(say("Sold by"), "label"), *_seller(receipt)], [words(say("Sold to"), "label"), *_buyer(receipt)]]
    )
    return [words(say("Receipt"), "title"), words(number), Spacer(1, GAP), ends, Spacer(1, 2 * GAP)]


def _seller(receipt: Receipt) -> list[Flowable]:
    seller = receipt.seller
    if seller is None:
        return [words(say("The seller’s details were not kept with this sale; the order’s page names the boutique."))]
    first = seller.legal_name or seller.name
    second = [seller.name] if seller.name != first else []
    address = [*second, few_lines(seller.address or seller.town, ADDRESS_LINES_MAX), country_in_words(seller.country)]
    vat_id = (
        say("VAT id %(vat_id)s", vat_id=seller.vat_id) if seller.vat_id else say("The boutique has given no VAT id.")
    )
    contact = [vat_id, seller.email] if seller.email else [vat_id]
    return [words(first, "strong"), words("\n".join(address)), words("\n".join(contact), "small")]


def _buyer(receipt: Receipt) -> list[Flowable]:
    buyer = receipt.buyer
    town = ", ".join(filter(None, (f"{buyer.postcode} {buyer.town}", buyer.region)))
    rows = [buyer.line1, buyer.line2, town, country_in_words(buyer.country)]
    return [words(buyer.name, "strong"), words("\n".join(row for row in rows if row))]


def _lines(receipt: Receipt, hub_name: str) -> list[Flowable]:
    rows = [[say("Piece"), say("Pieces"), say("Each"), say("Sum")]]
    for line in receipt.lines:
        about = " · ".join(text for text in (WORDING.said(line.size_label), line.colour, line.sku) if text)
        rows.append(
            [f"{line.title}\n{about}", str(line.quantity), format_money(line.unit_price), format_money(line.goods)]
        )
    sums = [[name, "", "", receipt_words.written(amount)] for name, amount in receipt_words.sums(receipt, hub_name)]
    sums.append([say("Paid"), "", "", format_money(receipt.paid)])
    return [table([*rows, *sums], [6, 1.2, 2, 2], numbers=(1, 2, 3), totals=1, is_titled=True)]


def _vat(receipt: Receipt) -> list[Flowable]:
    if not receipt.vat_known:
        return [Spacer(1, GAP), words(receipt_words.vat_unknown(receipt), "small")]
    rows = [[say("VAT inside what was paid"), say("Of"), say("VAT")]]
    rows += [[receipt_words.percent(one.rate_bp), format_money(one.paid), format_money(one.vat)] for one in receipt.vat]
    return [Spacer(1, GAP), table(rows, [6, 2.6, 2.6], numbers=(1, 2))]


def _payment(receipt: Receipt, hub_name: str) -> list[Flowable]:
    more = [say("Payment %(id)s", id=receipt.payment.id)]
    if receipt.rate_words:
        more.append(say("The boutique’s own prices were converted at %(rates)s.", rates=receipt.rate_words))
    paid = receipt_words.paid_words(receipt, hub_name)
    return [*heading(say("How it was paid")), words(paid), words("\n".join(more), "small")]


def _refunds(receipt: Receipt) -> list[Flowable]:
    if not (receipt.refunds or receipt.by_bank):
        return []
    rows = [
        [
            f"{WORDING.said(words_of(one, format_day(one.day)))}\n"
            + say("Decided on %(day)s.", day=format_day(one.asked_at)),
            receipt_words.written(-one.amount),
        ]
        for one in receipt.refunds
    ]
    if receipt.by_bank:
        rows.append([say("Given back by your bank"), receipt_words.written(-receipt.by_bank)])
    if receipt.came_back:
        rows.append([say("Paid, less what came back"), format_money(receipt.paid - receipt.came_back)])
    made = table(rows, [8, 2], head=0, numbers=(1,), totals=1 if receipt.came_back else 0, is_titled=True)
    return [*heading(say("What came back, or will")), made]


def _letters(receipt: Receipt) -> list[Flowable]:
    """What is said of letters that may not be seen on it."""
    text = msgspec.json.encode(receipt).decode()
    told = []
    if not are_printed(text):
        told.append(
            say("Letters that could not be printed here stand as %(mark)s: the receipt’s page has them.", mark=MARK)
        )
    if are_lent(text):
        told.append(
            say(
                "Chinese, Japanese and Korean letters are drawn in the faces of the machine this is read on. Where it "
                "has none, the receipt’s page has them."
            )
        )
    return [words(one, "small") for one in told]
