"""The shops' accounts at the provider: opened for every shop, ready once the provider says so."""

from datetime import datetime

import msgspec

from federation.node.database import atomic
from payouts.domain.records import ShopAccountRecord
from payouts.errors import PaymentMissingError
from payouts.ports import AccountState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.store import rows


async def ensure_account(shop_id: str, name: str, country: str, currency: str, now: datetime) -> None:
    """Have an account opened for a shop, once. In the caller's transaction.

    A shop may sell before its account is ready; its shares wait.
    """
    if await rows.shop_accounts.get(shop_id, lock=True) is None:
        await rows.shop_accounts.add(
            ShopAccountRecord(
                shop_id=shop_id, name=name, country=country, currency=currency, created_at=now, updated_at=now
            )
        )
    await messages.send("pay.account", shop_id, "opened", now)


async def open_account(pay: Payments, shop_id: str, now: datetime) -> None:
    """Open a shop's account at the provider, or read it anew when it is open. Outside a transaction; repeatable."""
    account = await rows.shop_accounts.get(shop_id)
    if account is None:
        raise PaymentMissingError(f"there is no account for shop {shop_id}")
    if account.provider_id is None:
        seen = await pay.provider.create_account(
            shop_id, account.name, account.country, account.currency, f"acct:{shop_id}:1"
        )
    else:
        seen = await pay.provider.get_account(account.provider_id)
    await observe_account(seen, now)


async def observe_account(seen: AccountState, now: datetime) -> None:
    """Record an account as just read at the provider. Opens its transaction."""
    async with atomic():
        account = await rows.shop_accounts.get(seen.reference, lock=True)
        if account is None or account.provider_id not in {None, seen.id}:
            await rows.raise_alert("account-unknown", seen.id, f"the provider has an account {seen.id} not ours", now)
            return
        await rows.shop_accounts.save(
            msgspec.structs.replace(
                account, provider_id=seen.id, ready=seen.ready, onboarding_url=seen.onboarding_url, updated_at=now
            )
        )
        if seen.ready and not account.ready:
            for settlement_id, attempt in await rows.settlements_blocked_by_account(account.shop_id):
                await messages.send("pay.transfer", settlement_id, f"account ready:{attempt}:{now.isoformat()}", now)


async def resume_payouts(shop_id: str, now: datetime) -> None:
    """Let payouts of a shop be tried again after one failed, on a person's word. In the caller's transaction."""
    account = await rows.shop_accounts.get(shop_id, lock=True)
    if account is None:
        raise PaymentMissingError(f"there is no account for shop {shop_id}")
    await rows.shop_accounts.save(msgspec.structs.replace(account, payouts_paused="", updated_at=now))
