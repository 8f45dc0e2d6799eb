"""The credit-transfer file: every rule a bank's reader would hold it to, and IBANs with a mistake in them."""

from datetime import UTC, date, datetime
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest

from federation.vocabulary.money import Money
from payouts.domain.bank_file import (
    NAMESPACE,
    BankDetails,
    CreditTransfer,
    PaymentFile,
    checked_details,
    checked_iban,
    payment_xml,
    sepa_text,
    shown_iban,
)
from payouts.errors import BankDetailsError

IBAN = "IT60X0542811101000000123456"
NS = {"p": NAMESPACE}


@pytest.mark.parametrize(
    "iban",
    [
        "IT60 X054 2811 1010 0000 0123 456",
        "de89370400440532013000",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO9386011117947",
    ],
)
def test_an_iban_is_taken_however_it_is_typed(iban: str) -> None:
    """Blanks and small letters are nobody's mistake."""
    assert checked_iban(iban) == iban.replace(" ", "").upper()


@pytest.mark.parametrize(
    ("iban", "word"),
    [
        ("IT61X0542811101000000123456", "check digits"),
        ("DE89370400440532013001", "check digits"),
        ("DE8937040044053201300", "has 22 characters"),
        ("US64SVBKUS6S3300958879", "not a country"),
        ("hello", "begins with"),
        ("IT60X05428111010000001234５6", "begins with"),
        ("", "begins with"),
    ],
)
def test_a_wrong_iban_is_refused_with_what_is_wrong(iban: str, word: str) -> None:
    """Country, length, letters and the two check digits are each looked at."""
    with pytest.raises(BankDetailsError, match=word):
        checked_iban(iban)


def test_every_single_mistyped_digit_is_found() -> None:
    """Modulo 97 finds any one wrong digit."""
    for place in range(4, len(IBAN)):
        if IBAN[place].isdigit():
            wrong = IBAN[:place] + str((int(IBAN[place]) + 1) % 10) + IBAN[place + 1 :]
            with pytest.raises(BankDetailsError):
                checked_iban(wrong)


@pytest.mark.parametrize(("holder", "bic"), [("", "BCITITMM"), ("x" * 71, ""), ("Ada", "BCIT1TMM"), ("Ada", "BCITITM")])
def test_wrong_details_are_refused(holder: str, bic: str) -> None:
    """A name there must be, and a BIC is of eight or eleven."""
    with pytest.raises(BankDetailsError):
        checked_details(holder, IBAN, bic)


def made(*amounts: int) -> PaymentFile:
    return PaymentFile(
        message_id="0123456789abcdef0123456789abcdef",
        made_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
        execute_on=date(2026, 11, 23),
        initiator="Galleria & Söhne",
        debtor=BankDetails("Galleria", IBAN),
        transfers=tuple(
            CreditTransfer(
                payout_id=UUID(int=number + 1),
                to=BankDetails(f"Bottega n° {number}", "DE89370400440532013000", "COBADEFFXXX" if number else ""),
                amount=Money(amount, "EUR"),
                text="Galleria payout",
            )
            for number, amount in enumerate(amounts)
        ),
    )


def texts(root: Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(path, NS)]


def test_the_file_keeps_the_rules_of_its_message() -> None:
    """Both sums and counts agree with the payments, the parts come in their order, each text is within its measure."""
    root = fromstring(payment_xml(made(12_345, 1)))  # noqa: S314 - our own file
    assert root.tag == f"{{{NAMESPACE}}}Document"
    names = [child.tag.rpartition("}")[2] for child in root.find("p:CstmrCdtTrfInitn", NS)]  # type: ignore[union-attr]
    assert names == ["GrpHdr", "PmtInf"]
    header = root.find(".//p:GrpHdr", NS)
    block = root.find(".//p:PmtInf", NS)
    assert header is not None
    assert block is not None
    assert [child.tag.rpartition("}")[2] for child in header] == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    assert [child.tag.rpartition("}")[2] for child in block] == [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr", "DbtrAcct",
        "DbtrAgt",
        "ChrgBr", "CdtTrfTxInf", "CdtTrfTxInf",
    ]  # fmt: skip
    assert texts(root, ".//p:NbOfTxs") == ["2", "2"]
    assert texts(root, ".//p:CtrlSum") == ["123.46", "123.46"]
    assert texts(root, ".//p:InstdAmt") == ["123.45", "0.01"]
    assert {found.get("Ccy") for found in root.findall(".//p:InstdAmt", NS)} == {"EUR"}
    assert texts(root, ".//p:SvcLvl/p:Cd") == ["SEPA"]
    assert texts(root, ".//p:ChrgBr") == ["SLEV"]
    assert texts(root, ".//p:ReqdExctnDt/p:Dt") == ["2026-11-23"]
    references = texts(root, ".//p:EndToEndId")
    assert len(set(references)) == 2
    assert all(len(one) <= 35 for one in [*references, *texts(root, ".//p:MsgId"), *texts(root, ".//p:PmtInfId")])
    assert texts(root, ".//p:DbtrAcct/p:Id/p:IBAN") == [IBAN]
    assert texts(root, ".//p:CdtrAgt/p:FinInstnId/p:BICFI") == ["COBADEFFXXX"]
    assert texts(root, ".//p:DbtrAgt/p:FinInstnId/p:Othr/p:Id") == ["NOTPROVIDED"]
    assert texts(root, ".//p:InitgPty/p:Nm") == ["Galleria + Sohne"]


def test_a_payment_has_its_parts_in_their_order() -> None:
    """Reference, amount, bank, name, account, text: a reader goes by the order."""
    root = fromstring(payment_xml(made(100, 200)))  # noqa: S314 - our own file
    orders = [[child.tag.rpartition("}")[2] for child in one] for one in root.findall(".//p:CdtTrfTxInf", NS)]
    assert orders == [
        ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"],
        ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"],
    ]


def test_the_same_file_is_the_same_bytes() -> None:
    """What was downloaded twice is one file."""
    assert payment_xml(made(5, 6)) == payment_xml(made(5, 6))


def test_what_no_bank_takes_is_refused() -> None:
    """Nothing at all, nothing in it, another currency."""
    with pytest.raises(BankDetailsError):
        payment_xml(made())
    with pytest.raises(BankDetailsError):
        payment_xml(made(0))


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Caffè “Là”", "Caffe La"), ("Straße & Co.", "Strasse + Co."), ("花", "-"), ("//x", "x"), ("a\nb", "a b")],
)
def test_texts_are_kept_to_what_every_bank_reads(text: str, plain: str) -> None:
    """Accents go, what has no letter becomes a blank, nothing is left empty or begins with a slash."""
    assert sepa_text(text, 20) == plain


def test_an_iban_is_shown_in_fours() -> None:
    """People compare it so."""
    assert shown_iban(IBAN) == "IT60 X054 2811 1010 0000 0123 456"
