"""The hub's own bank and its customers' accounts: it reads files as any bank does, pays, refuses and sends back.

Whom it pays how much is what the file says and nothing else; what became of a payment the operator tells the hub.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

from payouts.domain.bank_file import NAMESPACE, BankDetails

OURS = BankDetails("Galleria", "IT60X0542811101000000123456")
IBANS = {
    "shop-a": ("FR1420041010050500013M02606", "BE68539007547034"),
    "shop-b": ("DE89370400440532013000", "NL91ABNA0417164300"),
    "shop-c": ("GB29NWBK60161331926819", "ES9121000418450200051332"),
}
"""Two accounts of each shop: it may change from one to the other."""

ASKED, PAID, REFUSED, RETURNED = "asked", "paid", "refused", "returned"
WORDS = {ASKED: "submitting", PAID: "paid", REFUSED: "failed", RETURNED: "failed"}
"""What the hub's row says of a payment once it was told the bank's word."""

Payment = dict[str, Any]
"""`amount`, `iban` and the bank's `word`."""


class Bank:
    """The payments it was asked for, by what a file calls them; and the files, by their names."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.payments: dict[str, Payment] = {}

    def take(self, content: bytes) -> None:
        """A file is handed in. The same one again is known; another one of that name, or a payment twice, is not."""
        root = fromstring(content)  # noqa: S314 - our own file
        name = _texts(root, "MsgId")[0]
        if name in self.files:
            assert self.files[name] == content, f"bank: file {name} was exported twice and differs"
            return
        self.files[name] = content
        payments = {_texts(each, "EndToEndId")[0]: _payment(each) for each in _all(root, "CdtTrfTxInf")}
        total = sum(each["amount"] for each in payments.values())
        says = ({_minor(each) for each in _texts(root, "CtrlSum")}, set(_texts(root, "NbOfTxs")))
        assert says == ({total}, {str(len(payments))}), f"bank: file {name} says {says}, its payments come to {total}"
        known = payments.keys() & self.payments.keys()
        assert not known, f"bank: payments {known} are in two files"
        self.payments |= payments

    def open(self) -> list[str]:
        """Payments it has said nothing about."""
        return [name for name, each in self.payments.items() if each["word"] == ASKED]

    def paid(self) -> list[str]:
        """Payments it has carried out, and that have not come back."""
        return [name for name, each in self.payments.items() if each["word"] == PAID]

    def say(self, name: str, word: str) -> None:
        """It carries a payment out, refuses it, or has it sent back."""
        self.payments[name]["word"] = word

    def amount(self, payout_id: str) -> int:
        """How much a file asked it to pay under this payout's name."""
        payment = self.payments.get(UUID(payout_id).hex)
        return 0 if payment is None else int(payment["amount"])

    def differs(self, payouts: list[dict[str, Any]]) -> Iterator[str]:
        """Where the hub's payouts by bank are not what the files asked for, or not what the bank said of them."""
        ours = {UUID(each["id"]).hex: each for each in payouts if each["rail"] == "bank"}
        for name, payment in self.payments.items():
            row = ours.get(name)
            has = None if row is None else (row["account_id"], row["amount"], row["status"])
            wants = (payment["iban"], payment["amount"], WORDS[payment["word"]])
            if has != wants:
                yield f"bank: payment {name} is {wants} by the file and the bank, the hub has {has}"


def _all(root: Element, name: str) -> Iterator[Element]:
    return root.iter(f"{{{NAMESPACE}}}{name}")


def _texts(root: Element, name: str) -> list[str]:
    return [each.text or "" for each in _all(root, name)]


def _minor(text: str) -> int:
    return int(Decimal(text) * 100)


def _payment(each: Element) -> Payment:
    return {"amount": _minor(_texts(each, "InstdAmt")[0]), "iban": _texts(each, "IBAN")[0], "word": ASKED}
