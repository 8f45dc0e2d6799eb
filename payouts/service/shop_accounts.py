"""The shops' accounts at the provider: opened for every shop, ready once the provider says so.

Papers are handed in on pages of the provider, each made for one visit when a shop's people ask for it. Coming back
from one proves nothing: how an account stands is only ever read at the provider. A shop whose account is gone gets
another one; what was asked of the first stays with it.
"""

from datetime import datetime

import msgspec

from federation.node.database import atomic
from federation.vocabulary.wording import sentence
from payouts.domain.records import ShopAccountRecord
from payouts.errors import AccountNotReadyError, IllegalMoveError, PaymentMissingError
from payouts.ports import AccountLink, AccountState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.store import rows


async def ensure_account(
    shop_id: str, name: str, country: str, currency: str, now: datetime, *, email: str = ""
) -> None:
    """Have an account opened for a shop, once. In the caller's transaction.

    A shop may sell before its account is ready; its shares wait. An address that it tells later, or another one, has an
    account that is not open yet asked for anew: a provider may want one.
    """
    known = await rows.shop_accounts.get(shop_id, lock=True)
    if known is None:
        account = ShopAccountRecord(
            shop_id=shop_id, name=name, country=country, currency=currency, email=email, created_at=now, updated_at=now
        )
        await rows.shop_accounts.add(account)
    elif known.provider_id is None and email not in {"", known.email}:
        number = known.number + 1
        await rows.shop_accounts.save(msgspec.structs.replace(known, email=email, number=number, updated_at=now))
        await messages.send("pay.account", shop_id, f"reached:{number}", now)
    await messages.send("pay.account", shop_id, "opened", now)


async def open_account(pay: Payments, shop_id: str, now: datetime) -> None:
    """Open a shop's account at the provider, or read it anew when it is open. Outside a transaction; repeatable."""
    account = await rows.shop_accounts.get(shop_id)
    if account is None:
        raise PaymentMissingError(sentence("there is no account for shop %(id)s", id=shop_id))
    if account.provider_id is None:
        key = f"acct:{shop_id}:{account.number}"
        seen = await pay.provider.create_account(
            shop_id, account.name, account.country, account.currency, key, email=account.email
        )
        await observe_account(seen, now)
    else:
        await refresh_account(pay, account.provider_id, now)


async def refresh_account(pay: Payments, account_id: str, now: datetime) -> None:
    """Read an account anew at the provider; one that the provider does not let us see any more is gone."""
    try:
        seen = await pay.provider.get_account(account_id)
    except AccountNotReadyError:
        known = await rows.shop_account_of(account_id)
        if known is None:
            return
        seen = AccountState(id=account_id, reference=known.shop_id, standing="closed")
    await observe_account(seen, now)


async def link_to_papers(pay: Payments, shop_id: str, refresh_url: str, return_url: str, now: datetime) -> AccountLink:
    """A page on which a shop hands its papers in, made for this visit. Outside a transaction.

    Raises PaymentMissingError when the shop has no account, AccountNotReadyError when it is gone,
    ProviderUnavailableError when the provider does not answer.
    """
    await open_account(pay, shop_id, now)
    async with atomic():
        account = await rows.shop_accounts.get(shop_id, lock=True)
        if account is None or account.provider_id is None:
            raise PaymentMissingError(sentence("there is no account for shop %(id)s", id=shop_id))
        if account.standing == "closed":
            raise AccountNotReadyError("the account is closed: the hub has to open another one")
        account = msgspec.structs.replace(account, links=account.links + 1, updated_at=now)
        await rows.shop_accounts.save(account)
    key = f"link:{shop_id}:{account.number}:{account.links}"
    return await pay.provider.account_link(str(account.provider_id), refresh_url, return_url, key)


async def replace_account(shop_id: str, now: datetime) -> None:
    """Have another account opened for a shop whose account is gone. In the caller's transaction.

    What is being sent to the old one stays pinned to it; everything else waits for the new one. Raises IllegalMoveError
    while the account is not closed.
    """
    account = await rows.shop_accounts.get(shop_id, lock=True)
    if account is None:
        raise PaymentMissingError(sentence("there is no account for shop %(id)s", id=shop_id))
    if account.standing != "closed":
        raise IllegalMoveError("only an account that is closed is replaced by another one")
    number = account.number + 1
    await rows.shop_accounts.save(
        msgspec.structs.replace(
            account, provider_id=None, standing="papers", ready=False, number=number, updated_at=now
        )
    )
    await messages.send("pay.account", shop_id, f"replaced:{number}", now)


async def observe_account(seen: AccountState, now: datetime) -> None:
    """Record an account as just read at the provider. Opens its transaction."""
    async with atomic():
        account = await rows.shop_accounts.get(seen.reference, lock=True)
        if account is not None and _is_former(account, seen):
            return
        if account is None or account.provider_id not in {None, seen.id}:
            words = sentence("the provider told of the account %(id)s, which no boutique of ours has", id=seen.id)
            await rows.raise_alert("account-unknown", seen.id, words, now)
            return
        await rows.shop_accounts.save(
            msgspec.structs.replace(
                account, provider_id=seen.id, ready=seen.ready, standing=seen.standing, updated_at=now
            )
        )
        if seen.standing == "closed" and account.standing != "closed":
            words = sentence(
                "the account of %(shop)s is closed: what it is owed waits until it has another one",
                shop=account.shop_id,
            )
            await rows.raise_alert("account-closed", account.shop_id, words, now)
        if seen.ready and not account.ready:
            for settlement_id, attempt in await rows.settlements_blocked_by_account(account.shop_id):
                await messages.send("pay.transfer", settlement_id, f"account ready:{attempt}:{now.isoformat()}", now)


def _is_former(account: ShopAccountRecord, seen: AccountState) -> bool:
    """Whether this is an account that the shop had before its present one."""
    if account.number == 1 or account.provider_id == seen.id:
        return False
    return account.provider_id is not None or seen.standing == "closed"


async def resume_payouts(shop_id: str, now: datetime) -> None:
    """Let payouts of a shop be tried again after one failed, on a person's word. In the caller's transaction."""
    account = await rows.shop_accounts.get(shop_id, lock=True)
    if account is None:
        raise PaymentMissingError(sentence("there is no account for shop %(id)s", id=shop_id))
    await rows.shop_accounts.save(msgspec.structs.replace(account, payouts_paused="", updated_at=now))
