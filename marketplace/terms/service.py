"""The commission rules in force, changing them, and trying them out. In the caller's transaction.

Invariants: a change makes a new revision and alters none; it is refused when the list was changed since it was shown;
before the first change there is the standard rule of the hub's settings alone, as revision 0.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from marketplace.errors import RulesChangedError, RulesInvalidError
from marketplace.settings import HubSettings
from marketplace.terms.domain.rules import Rule, checked, standard_rule
from marketplace.terms.domain.terms import HubTerms, LineTerms, RuleBook, Sold, terms_of
from marketplace.terms.store import revisions
from marketplace.terms.store.revisions import Revision
from marketplace.vat import service as vat
from payouts.domain.split import LineSplit, SaleLine, SaleShare, split_preview

HISTORY_MAX = 100
"""How many revisions the history shows."""

AHEAD_MAX = timedelta(days=366)
"""No change is made for later than a year from now."""


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it shall be from `effective_from` on, made from revision `based_on` by `made_by`, in words `change`."""

    rules: tuple[Rule, ...]
    based_on: int
    change: Annotated[str, msgspec.Meta(max_length=300)]
    made_by: str
    effective_from: datetime | None = None


async def hub_terms(settings: HubSettings, shop_ids: Collection[str], now: datetime) -> HubTerms:
    """What the hub decides for all, and what it knows of these boutiques' VAT ids where that counts."""
    believed = await vat.checked(shop_ids, now) if settings.reverse_charge == "checked" else None
    return HubTerms(
        checked_vat_ids=believed,
        country=settings.country,
        vat_bp=settings.commission_vat_bp,
        base=settings.commission_base,
        referral_bp=settings.referral_bp,
        vat_ids_by_form=settings.environment == "demo",
        shops_bear_fee=settings.provider_fee_borne_by == "shops",
    )


async def rule_book(settings: HubSettings, now: datetime) -> RuleBook:
    """The rules in force."""
    found = await revisions.in_force(now)
    return _book(found, settings)


async def newest_book(settings: HubSettings) -> RuleBook:
    """The newest list, from which the next change is made; perhaps not in force yet."""
    return _book(await revisions.newest(), settings)


def _book(found: Revision | None, settings: HubSettings) -> RuleBook:
    if found is None:
        return RuleBook(revision=0, rules=(standard_rule(settings.commission_bp),))
    return RuleBook(revision=found.revision, rules=found.rules)


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules come to for one piece: the rule that fits, its terms, and the sum divided."""

    rule: Rule
    terms: LineTerms
    split: LineSplit
    currency: str


async def try_out(sold: Sold, settings: HubSettings, now: datetime) -> Tried:
    """What a piece sold today would come to, under the rules in force; nothing is written down."""
    book = await rule_book(settings, now)
    own = terms_of(sold, book, await hub_terms(settings, [sold.shop_id], now))
    line = SaleLine(
        "trial",
        1,
        sold.price,
        own.rate_bp,
        own.vat_bp,
        fixed_minor=own.fixed_minor,
        floor_minor=own.floor_minor,
        cap_minor=own.cap_minor,
        goods_vat_bp=own.goods_vat_bp,
    )
    share = SaleShare(sold.shop_id, UUID(int=0), (line,), Money(0, sold.price.currency))
    rule = next(one for one in book.rules if one.id == own.rule_id)
    return Tried(rule=rule, terms=own, split=split_preview([share])[0].lines[0], currency=sold.price.currency)


async def history() -> Sequence[Revision]:
    """What was changed, newest first."""
    return await revisions.history(HISTORY_MAX)


async def change_rules(wanted: RuleChange, now: datetime) -> int:
    """Add a revision; returns its number.

    Raises RulesInvalidError for a list that cannot be used or a day that is past or too far, RulesChangedError when
    the newest revision is not the one the change was made from.
    """
    rules = checked(wanted.rules)
    effective_from = wanted.effective_from or now
    if effective_from > now + AHEAD_MAX:
        raise RulesInvalidError("Rules can be changed for a day within the next year.")
    await revisions.hold_still()
    newest = await revisions.newest()
    last = 0 if newest is None else newest.revision
    if last != wanted.based_on:
        raise RulesChangedError("Somebody has changed the rules since you saw them; look at them again.")
    if newest is not None and newest.effective_from > max(effective_from, now):
        day = newest.effective_from.date().isoformat()
        raise RulesInvalidError(
            sentence("A change for %(day)s is waiting; the next one cannot take effect before it.", day=day)
        )
    await revisions.add(
        Revision(
            revision=last + 1,
            rules=rules,
            change=wanted.change,
            made_by=wanted.made_by,
            made_at=now,
            effective_from=max(effective_from, now),
        )
    )
    return last + 1
