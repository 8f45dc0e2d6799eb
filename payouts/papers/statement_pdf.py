"""A statement as PDF, drawn from the document alone: the same document always gives the same bytes."""

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from federation.node.letters import MARK, are_lent, are_printed
from federation.node.paper import ADDRESS_LINES_MAX, Sheet, few_lines, heading, paper, table, words
from federation.vocabulary.zones import zone_of
from payouts.domain.papers import LegalParty
from payouts.domain.statement import BankPayout, Entry, Statement, totals_of
from payouts.domain.statement_entries import SHIPPING
from payouts.papers.figures import amount_text, day_text, period_text, short_day_text, zone_text
from payouts.papers.rows import Row, RowList
from payouts.papers.words import KIND_WORDS, STATEMENT_WORDS

_FIGURES = ("paid", "vat_inside", "coupon", "commission", "commission_vat", "referral")
_STATES = {"paid": "arrived"}


def statement_pdf(statement: Statement) -> bytes:
    """The whole statement on A4. Raises ZoneUnknownError where its zone is not known."""
    said = STATEMENT_WORDS[statement.language]
    name = said["draft"] if statement.draft else f"{said['statement']} {statement.number}"
    sheet = Sheet(
        title=f"{name}, {statement.boutique.name}",
        author=statement.hub.name,
        language=statement.language,
        foot=f"{statement.hub.name} \u00b7 {name} \u00b7 {statement.boutique.name}",
        page_words=lambda number, count: said["page"].format(number=number, count=count),
    )
    return paper(sheet, list(_story(statement, name)))


def _story(statement: Statement, name: str) -> Iterator[Flowable]:
    said, language, zone = STATEMENT_WORDS[statement.language], statement.language, zone_of(statement.time_zone)
    period = period_text(statement.period_start, statement.period_end, language, zone)
    yield words(statement.hub.name, "label")
    yield words(f"{name}\n{period}", "title")
    if statement.draft:
        yield words(said["draft_note"])
    yield Spacer(0, 4 * mm)
    yield table(
        [[said["for"], said["from"], said["issued"]], [
            party_text(statement.boutique, said["vat_id"]),
            party_text(statement.hub, said["vat_id"]),
            "\n".join(filter(None, (
                day_text(statement.issued_at, language, zone),
                f"{said['follows']} {statement.previous}" if statement.previous else "",
            ))),
        ]],
        [5, 5, 3],
    )  # fmt: skip
    yield Spacer(0, 2 * mm)
    yield words(said["amounts_in"].format(currency=statement.currency, zone=zone_text(statement.time_zone)), "small")
    yield from _summary(statement)
    yield from heading(said["movements"])
    if statement.entries:
        head = (said["day"], said["what"], said["amount"], said["balance"])
        yield RowList(head, _rows(statement), said["carried"])
    else:
        yield words(said["no_entries"])
    yield from _payouts(statement)
    yield Spacer(0, 6 * mm)
    if not statement.draft:
        yield words(said["check"].format(hub=statement.hub.name), "small")
    yield from letters_told(msgspec.json.encode(statement).decode(), said)


def letters_told(text: str, said: Mapping[str, str]) -> Iterator[Flowable]:
    """What a paper says of its letters that may not be seen on it."""
    if not are_printed(text):
        yield words(said["unprinted"].format(mark=MARK), "small")
    if are_lent(text):
        yield words(said["lent"], "small")


def party_text(party: LegalParty, vat_words: str) -> str:
    """Who a party is, as it stands on a paper: all of it, in a few lines."""
    names = (party.name, party.legal_name if party.legal_name != party.name else "")
    vat_id = f"{vat_words} {party.vat_id}" if party.vat_id else ""
    address = few_lines(party.address, ADDRESS_LINES_MAX)
    return "\n".join(filter(None, (*(few_lines(name, 1) for name in names), address, few_lines(vat_id, 1))))


def _summary(statement: Statement) -> Iterator[Flowable]:
    said, kinds = STATEMENT_WORDS[statement.language], KIND_WORDS[statement.language]
    amount = partial(amount_text, currency=statement.currency, language=statement.language)
    rows = [[said["summary"], "", said["amount"]], [said["opening"], "", amount(statement.opening_minor)]]
    rows += [
        [
            kinds[total.kind],
            said["entry" if total.count == 1 else "entries"].format(count=total.count),
            amount(total.amount_minor),
        ]
        for total in totals_of(statement.entries)
        if total.amount_minor
    ]
    closing = said["closing_owed"] if statement.closing_minor < 0 else said["closing"]
    yield from heading(said["summary"])
    yield table([*rows[1:], [closing, "", amount(statement.closing_minor)]], [6, 3, 2], head=0, numbers=(2,), totals=1)
    standing = statement.standing
    lies = [
        (said["held"], standing.held_minor),
        (said["releasable"], standing.releasable_minor),
        (said["in_transfer"], standing.in_transfer_minor),
        (said["reserve"], standing.reserve_minor),
        (said["owed"], -standing.owed_minor),
    ]
    if any(minor for _, minor in lies):
        yield from heading(said["where"])
        yield table([[label, amount(minor)] for label, minor in lies if minor], [9, 2], head=0, numbers=(1,))


def _rows(statement: Statement) -> list[Row]:
    balance, rows = statement.opening_minor, []
    for entry in statement.entries:
        balance += entry.amount_minor
        rows.append(_row(entry, balance, statement))
    return rows


def _row(entry: Entry, balance: int, statement: Statement) -> Row:
    currency, language = statement.currency, statement.language
    amount = amount_text(entry.amount_minor, currency, language) if entry.amount_minor else "\u2013"
    after = amount_text(balance, currency, language)
    return Row(
        short_day_text(entry.at, language, zone_of(statement.time_zone)),
        _title(entry, language),
        _details(entry, statement),
        (amount, after),
        carried=("", after),
    )


def _title(entry: Entry, language: str) -> str:
    kind, quantity = KIND_WORDS[language][entry.kind], f"{entry.quantity} \u00d7 " if entry.quantity > 1 else ""
    if entry.title in {SHIPPING, "referral", ""}:
        return kind
    return f"{kind}: {quantity}{entry.title}"


def _details(entry: Entry, statement: Statement) -> str:
    said = STATEMENT_WORDS[statement.language]
    amount = partial(amount_text, currency=statement.currency, language=statement.language)
    parts = [said["order"].format(number=entry.order)] if entry.order else []
    if entry.moved_minor:
        parts.append(said["moved"].format(amount=amount(entry.moved_minor)))
    figures = (
        entry.paid_minor,
        entry.vat_inside_minor,
        entry.coupon_minor,
        entry.commission_minor,
        entry.commission_vat_minor,
        entry.referral_minor,
    )
    parts += [
        f"{said[name]}\u00a0{amount(minor)}".replace(" ", "\u00a0")
        for name, minor in zip(_FIGURES, figures, strict=True)
        if minor
    ]
    if entry.note:
        parts.append(entry.note)
    return " \u00b7 ".join(parts)


def _payouts(statement: Statement) -> Iterator[Flowable]:
    if not statement.payouts:
        return
    said = STATEMENT_WORDS[statement.language]
    yield from heading(said["payouts"])
    yield words(said["payouts_note"], "small")
    yield RowList(
        (said["day"], said["state"], said["arrives"], said["amount"]),
        [_payout(payout, statement) for payout in statement.payouts],
    )


def _payout(payout: BankPayout, statement: Statement) -> Row:
    said = STATEMENT_WORDS[statement.language]
    state = said.get(_STATES.get(payout.state, payout.state), payout.state)
    details = " \u00b7 ".join(
        filter(None, (said["by_hub_bank"] if payout.way == "bank" else "", payout.failure.replace("_", " ")))
    )
    amount = amount_text(payout.amount_minor, statement.currency, statement.language)
    day = partial(short_day_text, language=statement.language)
    arrives = day(payout.arrives_at) if payout.arrives_at else "\u2013"
    return Row(day(payout.at, zone=zone_of(statement.time_zone)), state, details, (arrives, amount))
