"""How long the hub keeps what once belonged to a boutique that left, and on what ground; docs/leaving.md prints it.

Periods are counted from the boutique's leaving, or from an order's last change where that is later. They follow
European Union and Italian law, where the first hub trades; a hub elsewhere changes them here.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

Subject = Literal["listings", "log", "contact", "order"]


class Rule(msgspec.Struct, frozen=True):
    """What is kept for how long and why; `kept` is None for what this program never deletes."""

    subject: Subject
    what: str
    kept: timedelta | None
    ground: str


RULES: tuple[Rule, ...] = (
    Rule(
        "listings",
        "products, prices, pictures on show, stock, the search index",
        timedelta(0),
        "No purpose is left once the boutique sells here no more: GDPR article 5(1)(c) and (e).",
    ),
    Rule(
        "log",
        "the copy of the boutique's signed catalogue; its last countersigned checkpoint stays",
        timedelta(days=30),
        "So that it may come back without sending everything again; it holds no personal data.",
    ),
    Rule(
        "contact",
        "shoppers' e-mail, telephone, street and note in orders of which every part was such a boutique's",
        timedelta(days=790),
        "Legal guarantee of two years, and two months to claim it: Directive (EU) 2019/771 article 10, Italian "
        "Consumer Code articles 132 and 133; GDPR article 6(1)(b) and (c).",
    ),
    Rule(
        "order",
        "orders, refunds, ledger, statements: number, date, pieces, amounts, VAT, country",
        None,
        "Ten years for accounts and invoices: Italian Civil Code article 2220, DPR 633/1972 article 39; GDPR article "
        "17(3)(b). Older ones are the operator's to delete with the accounts.",
    ),
)


def kept_until(subject: Subject, moment: datetime) -> datetime | None:
    """When what belongs to `subject` is to be deleted, counted from `moment`; None for never."""
    rule = next(item for item in RULES if item.subject == subject)
    return None if rule.kept is None else moment + rule.kept


def to_delete_before(subject: Subject, now: datetime) -> datetime:
    """What ended before this moment is to be deleted now; only for subjects that are ever deleted."""
    kept = next(item.kept for item in RULES if item.subject == subject)
    if kept is None:
        raise LookupError(f"{subject} is never deleted")
    return now - kept
