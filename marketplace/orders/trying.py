"""Writing a coupon's or a voucher's code down for a basket: looked at once, and counted when it takes nothing off.

Invariants: a code is judged when it is written down, never when a page shows it again, so nobody learns of more codes
than they wrote; who has written several wrong ones reads one refusal for all of them. In the caller's transaction,
which must commit whatever was found.
"""

import hashlib
from datetime import datetime

import msgspec

from federation.vocabulary.ids import new_token
from federation.vocabulary.wording import message
from marketplace.coupons import guessing
from marketplace.coupons.domain.coupons import normal_code
from marketplace.coupons.guessing import HUB, Asker
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import CouponInvalidError
from marketplace.orders import basket as baskets

VISITOR = "visitor"
"""What a session keeps: a token of its own, from its first wrong code on."""
SHUT = message(
    "Too many codes were tried from here that cannot be used. Wait an hour, then write yours once more; nothing keeps "
    "you from buying without it."
)


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """What the basket is priced for, and where the code comes from (marks of `federation.node.visitor`)."""

    country: str
    exchange: Exchange
    place: bytes = b""
    network: bytes = b""


async def write(session: baskets.SessionData, giver: str, code: str, buyer: Buyer, now: datetime) -> bool:
    """Use the code of a boutique (its id), or of the hub, for the basket; an empty one takes out what was there.

    False when too many wrong ones came from there: then it was not looked at, and the basket is as it was.
    """
    if not _is_another(session, giver, code):
        _keep(session, giver, code)
        return True
    asker = Asker(visitor=_mark(session), place=buyer.place, network=buyer.network)
    verdict = await guessing.ask(asker, giver, now)
    if verdict == "shut":
        return False
    _keep(session, giver, code)
    baskets.tell_why(session, told=verdict == "told-why")
    if not await _takes_off(session, giver, buyer, now):
        session.data.setdefault(VISITOR, new_token())
        wrong = msgspec.structs.replace(asker, visitor=_mark(session))
        await guessing.note_wrong(wrong, giver, normal_code(code), now)
    return True


def _is_another(session: baskets.SessionData, giver: str, code: str) -> bool:
    """Whether there is something to look at: a code that was not written down already, of whom something is bought."""
    if giver != HUB and giver not in {item.shop_id for item in baskets.read(session).items}:
        return False
    return bool(code) and normal_code(code) != _kept(session, giver)


def _kept(session: baskets.SessionData, giver: str) -> str:
    return baskets.coupon_code(session) if giver == HUB else baskets.voucher_codes(session).get(giver, "")


def _keep(session: baskets.SessionData, giver: str, code: str) -> None:
    if giver == HUB:
        baskets.set_coupon(session, code)
    else:
        baskets.set_voucher(session, giver, code)


async def _takes_off(session: baskets.SessionData, giver: str, buyer: Buyer, now: datetime) -> bool:
    """Whether the code that was kept takes something off the basket as it is."""
    priced, _ = await baskets.price(baskets.read(session), buyer.country, now, buyer.exchange)
    if giver != HUB:
        after, refused = await baskets.with_vouchers(priced, {giver: _kept(session, giver)}, now)
        return giver not in refused and any(part.voucher for part in after.parts)
    after, _ = await baskets.with_vouchers(priced, baskets.voucher_codes(session), now)
    try:
        return (await baskets.with_code(after, _kept(session, giver), now)).coupon is not None
    except CouponInvalidError:
        return False


def _mark(session: baskets.SessionData) -> bytes:
    token = session.data.get(VISITOR)
    return hashlib.sha256(token.encode()).digest()[:16] if isinstance(token, str) else b""
