"""A credit-transfer file for the hub's bank: ISO 20022 pain.001.001.09, as the SEPA guidelines of the EPC use it.

One payment information block, one credit transfer for each payout. IBANs are checked by country, length and mod 97
(ISO 13616); names and remittance texts are kept to the SEPA character set and lengths. Pure: text in, bytes out.
"""

import re
import unicodedata
from datetime import date, datetime
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.wording import sentence
from payouts.errors import BankDetailsError

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME_LENGTH_MAX = 70
TEXT_LENGTH_MAX = 140
PAYMENTS_MAX = 1_000
SEPA_CURRENCY = "EUR"

IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
"""How long an IBAN is in each country of the single euro payments area (IBAN registry, ISO 13616)."""

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_OUTSIDE_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


class BankDetails(msgspec.Struct, frozen=True):
    """Where a payment goes or comes from: whose account, its IBAN, its bank's BIC (empty: the bank finds it)."""

    holder: str
    iban: str
    bic: str = ""


class CreditTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """One payment of a file; its payout's id is the end-to-end reference, without the dashes."""

    payout_id: UUID
    to: BankDetails
    amount: Money
    text: str

    @property
    def reference(self) -> str:
        """What bank and boutique see as its reference: 32 characters, at most 35 are allowed."""
        return self.payout_id.hex


class PaymentFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a file says."""

    message_id: str
    made_at: datetime
    execute_on: date
    initiator: str
    debtor: BankDetails
    transfers: tuple[CreditTransfer, ...]

    @property
    def total(self) -> Money:
        """The control sum."""
        return Money(sum(each.amount.amount_minor for each in self.transfers), SEPA_CURRENCY)


def checked_details(holder: str, iban: str, bic: str) -> BankDetails:
    """Bank details as somebody typed them, in their one form. Raises BankDetailsError, saying what is wrong."""
    name = " ".join(holder.split())
    if not name or len(name) > NAME_LENGTH_MAX:
        raise BankDetailsError(
            sentence("write whose account it is, in at most %(num)s characters", num=NAME_LENGTH_MAX)
        )
    code = re.sub(r"[\s\-]", "", bic).upper()
    if code and not _BIC.fullmatch(code):
        raise BankDetailsError("a BIC has eight or eleven letters and digits, like BCITITMM")
    return BankDetails(name, checked_iban(iban), code)


def checked_iban(text: str) -> str:
    """An IBAN without blanks, upper case. Raises BankDetailsError when country, length or check digits are wrong."""
    iban = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", iban) or not iban.isascii():
        raise BankDetailsError("an IBAN begins with two letters and two digits, like IT60 X054 2811 1010 0000 0123 456")
    length = IBAN_LENGTHS.get(iban[:2])
    if length is None:
        raise BankDetailsError(
            sentence("%(country)s is not a country of the single euro payments area", country=iban[:2])
        )
    if len(iban) != length:
        raise BankDetailsError(
            sentence(
                "an IBAN of %(country)s has %(length)s characters, this one has %(found)s",
                country=iban[:2],
                length=length,
                found=len(iban),
            )
        )
    if int("".join(str(int(mark, 36)) for mark in iban[4:] + iban[:4])) % 97 != 1:
        raise BankDetailsError("this IBAN contains a mistake: its check digits do not fit. Compare it once more.")
    return iban


def shown_iban(iban: str) -> str:
    """An IBAN in groups of four, as people read it."""
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def masked_iban(iban: str) -> str:
    """Enough of an IBAN to recognise it."""
    return f"{iban[:4]} … {iban[-4:]}" if iban else ""


def sepa_text(text: str, length: int) -> str:
    """Text in the characters every SEPA bank takes: accents are taken off, anything else becomes a blank."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("&", "+"))
    kept = _OUTSIDE_SEPA.sub(" ", "".join(mark for mark in plain if not unicodedata.combining(mark)))
    return " ".join(kept.split())[:length].strip().lstrip("/") or "-"


def payment_xml(file: PaymentFile) -> bytes:
    """The file as the bank takes it. Raises BankDetailsError for what no SEPA file may hold."""
    if not 1 <= len(file.transfers) <= PAYMENTS_MAX:
        raise BankDetailsError(sentence("a file holds from one to %(num)s payments", num=PAYMENTS_MAX))
    if any(each.amount.currency != SEPA_CURRENCY or each.amount.amount_minor <= 0 for each in file.transfers):
        raise BankDetailsError("a SEPA file pays amounts in euro and nothing else")
    if len({each.reference for each in file.transfers}) != len(file.transfers):
        raise BankDetailsError("a file pays each payout once")
    document = Element("Document", {"xmlns": NAMESPACE})
    initiation = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(initiation, "GrpHdr")
    _leaf(header, "MsgId", file.message_id)
    _leaf(header, "CreDtTm", file.made_at.strftime("%Y-%m-%dT%H:%M:%S+00:00"))
    _totals(header, file)
    _leaf(SubElement(header, "InitgPty"), "Nm", sepa_text(file.initiator, NAME_LENGTH_MAX))
    block = SubElement(initiation, "PmtInf")
    _leaf(block, "PmtInfId", file.message_id)
    _leaf(block, "PmtMtd", "TRF")
    _leaf(block, "BtchBookg", "false")
    _totals(block, file)
    _leaf(SubElement(SubElement(block, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _leaf(SubElement(block, "ReqdExctnDt"), "Dt", file.execute_on.isoformat())
    _leaf(SubElement(block, "Dbtr"), "Nm", sepa_text(file.debtor.holder, NAME_LENGTH_MAX))
    _leaf(SubElement(SubElement(block, "DbtrAcct"), "Id"), "IBAN", file.debtor.iban)
    _agent(SubElement(block, "DbtrAgt"), file.debtor.bic)
    _leaf(block, "ChrgBr", "SLEV")
    for transfer in file.transfers:
        _transfer(block, transfer)
    indent(document)
    written: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _transfer(block: Element, transfer: CreditTransfer) -> None:
    one = SubElement(block, "CdtTrfTxInf")
    _leaf(SubElement(one, "PmtId"), "EndToEndId", transfer.reference)
    amount = SubElement(SubElement(one, "Amt"), "InstdAmt", {"Ccy": transfer.amount.currency})
    amount.text = str(to_decimal(transfer.amount))
    if transfer.to.bic:
        _agent(SubElement(one, "CdtrAgt"), transfer.to.bic)
    _leaf(SubElement(one, "Cdtr"), "Nm", sepa_text(transfer.to.holder, NAME_LENGTH_MAX))
    _leaf(SubElement(SubElement(one, "CdtrAcct"), "Id"), "IBAN", transfer.to.iban)
    _leaf(SubElement(one, "RmtInf"), "Ustrd", sepa_text(transfer.text, TEXT_LENGTH_MAX))


def _totals(parent: Element, file: PaymentFile) -> None:
    _leaf(parent, "NbOfTxs", str(len(file.transfers)))
    _leaf(parent, "CtrlSum", str(to_decimal(file.total)))


def _agent(parent: Element, bic: str) -> None:
    institution = SubElement(parent, "FinInstnId")
    if bic:
        _leaf(institution, "BICFI", bic)
    else:
        _leaf(SubElement(institution, "Othr"), "Id", "NOTPROVIDED")


def _leaf(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
