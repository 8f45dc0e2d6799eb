"""The payment provider as Stripe Connect offers it: separate charges and transfers, one payment for each basket.

The shopper pays on Stripe's own page (a Checkout Session, whose one PaymentIntent carries the basket's transfer
group); shops get separate transfers out of the charge; refunds never reverse transfers by themselves. Every change
carries the key of our row. When Stripe itself fails it keeps that failure under the key for a day, so the object is
then looked for by the key in its metadata before the outcome is called unknown. Of a payment page another is made
instead: nobody was given the address of the one that such a failure may have left.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import stripe
from stripe.params import TransferCreateParams
from stripe.params.checkout import SessionCreateParams

from federation.node import clock
from federation.vocabulary.money import Money
from payouts.adapters.stripe import events
from payouts.adapters.stripe.accounts import Account, AccountsV1, AccountsV2, Wish
from payouts.adapters.stripe.balances import StripeBalances
from payouts.adapters.stripe.calling import KeyedClient, ask, make_client, make_http
from payouts.adapters.stripe.contents import PayoutContents
from payouts.adapters.stripe.disputes import StripeDisputes
from payouts.adapters.stripe.listing import Lists, one_page
from payouts.adapters.stripe.refusals import failed_inside
from payouts.adapters.stripe.seen import (
    SeenBalance,
    SeenCharge,
    SeenIntent,
    SeenPage,
    SeenPayout,
    SeenRefund,
    SeenReversal,
    SeenTransfer,
)
from payouts.adapters.stripe.settings import StripeSettings
from payouts.adapters.stripe.states import (
    KEY,
    PAYMENT,
    REFERENCE,
    amounts,
    charge_of,
    intent_id,
    payment_state,
    payout_state,
    refund_state,
    reversal_state,
    transfer_state,
)
from payouts.adapters.stripe.terms import SeenBalanceSettings, params_of
from payouts.domain.payment import Capture
from payouts.domain.payout_list import PayoutItem
from payouts.errors import ProviderRefusedError, ProviderUnavailableError
from payouts.ports import (
    AccountLink,
    AccountState,
    BalanceState,
    PaymentState,
    PayoutState,
    PayoutTerms,
    ProviderEvent,
    RefundState,
    ReversalState,
    TransferState,
)

MadeT = TypeVar("MadeT", SeenTransfer, SeenReversal, SeenRefund, SeenPayout)

CHARGE = "payment_intent.latest_charge.balance_transaction"
LOOK_BACK = timedelta(hours=1)
NAME_LENGTH_MAX = 250
"""Characters of a product's name (Stripe, Products)."""


class StripeProvider:
    """Speaks for one platform account. `close` ends its connections; one belongs to one event loop.

    Whoever has connections of its own hands them in as `http`.
    """

    def __init__(self, settings: StripeSettings, http: KeyedClient | None = None) -> None:
        self._settings = settings
        self._http = http or make_http(settings)
        client = make_client(settings, self._http)
        self._v1 = client.v1
        self._accounts: AccountsV1 | AccountsV2 = (
            AccountsV1(client) if settings.accounts == "v1" else AccountsV2(client)
        )
        self._lists = Lists(client)
        self._contents = PayoutContents(client)
        self.disputes = StripeDisputes(client)
        self.balance_book = StripeBalances(client)

    async def close(self) -> None:
        """End the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def create_account(
        self, shop_id: str, name: str, country: str, currency: str, key: str, *, email: str = ""
    ) -> AccountState:
        made = await self._accounts.create(Wish(shop_id, name, country, currency, email), key)
        await self.set_payout_terms(made.id, PayoutTerms(), f"{key}:manual")
        return await self._account_state(made)

    async def get_account(self, account_id: str) -> AccountState:
        return await self._account_state(await self._accounts.get(account_id))

    async def account_link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink:
        return await self._accounts.link(account_id, refresh_url, return_url, key)

    async def create_payment(
        self,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        key: str,
        *,
        capture: Capture = "automatic",
    ) -> PaymentState:
        params = _page_params(reference, amount, description, return_url, key)
        if capture == "manual":
            params["payment_method_options"] = {"card": {"capture_method": "manual"}}
        try:
            return await self._open_page(params, key)
        except ProviderUnavailableError as error:
            if not failed_inside(error):
                raise
        return await self._open_page(params, f"{key}:again")

    async def _open_page(self, params: SessionCreateParams, key: str) -> PaymentState:
        call = self._v1.checkout.sessions.create_async(params, {"idempotency_key": key})
        return payment_state(await ask(call, SeenPage))

    async def get_payment(self, payment_id: str) -> PaymentState:
        return payment_state(await self._page(payment_id))

    async def cancel_payment(self, payment_id: str, key: str) -> PaymentState:
        call = self._v1.checkout.sessions.expire_async(payment_id, {"expand": [CHARGE]}, {"idempotency_key": key})
        try:
            return payment_state(await ask(call, SeenPage))
        except (ProviderRefusedError, ProviderUnavailableError) as error:
            if isinstance(error, ProviderUnavailableError) and not failed_inside(error):
                raise
            page = await self._page(payment_id)
            if page.status == "open":
                raise
        if payment_state(page).status != "authorised":
            return payment_state(page)
        let_go = self._v1.payment_intents.cancel_async(intent_id(page), {}, {"idempotency_key": f"{key}:held"})
        await self._settle_on(let_go, payment_id)
        return await self.get_payment(payment_id)

    async def capture_payment(self, payment_id: str, amount: Money, key: str) -> PaymentState:
        page = await self._page(payment_id)
        call = self._v1.payment_intents.capture_async(
            intent_id(page), {"amount_to_capture": amount.amount_minor}, {"idempotency_key": key}
        )
        await self._settle_on(call, payment_id)
        return await self.get_payment(payment_id)

    async def _settle_on(self, call: Awaitable[stripe.StripeObject], payment_id: str) -> None:
        """Take or let go what is held; a refusal or failure is passed over when it is over with all the same."""
        try:
            await ask(call, SeenIntent)
        except ProviderRefusedError:
            if payment_state(await self._page(payment_id)).status == "authorised":
                raise
        except ProviderUnavailableError as error:
            if not failed_inside(error) or payment_state(await self._page(payment_id)).status == "authorised":
                raise

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        page = await self._page(payment_id)
        intent = intent_id(page)
        if amount.currency != page.currency.upper():
            raise ProviderRefusedError(f"a refund of payment {payment_id} is made in {page.currency.upper()}")
        call = self._v1.refunds.create_async(
            {
                "payment_intent": intent,
                "amount": amount.amount_minor,
                "metadata": {REFERENCE: reference, KEY: key, PAYMENT: page.id},
                "expand": ["balance_transaction"],
            },
            {"idempotency_key": key},
        )
        found = await self._made(
            call,
            SeenRefund,
            key,
            lambda: self._lists.refunds(intent),
        )
        return refund_state(found)

    async def refunds_of(self, reference: str, payment_id: str) -> Sequence[RefundState]:
        made = await self._lists.refunds(intent_id(await self._page(payment_id)))
        return [refund_state(each) for each in made if (each.metadata or {}).get(REFERENCE) == reference]

    async def get_refund(self, refund_id: str) -> RefundState:
        call = self._v1.refunds.retrieve_async(refund_id, {"expand": ["balance_transaction"]})
        return refund_state(await ask(call, SeenRefund))

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        params: TransferCreateParams = {
            "amount": amount.amount_minor,
            "currency": amount.currency.lower(),
            "destination": account_id,
            "metadata": {REFERENCE: reference, KEY: key, **({PAYMENT: payment_id} if payment_id else {})},
        }
        if payment_id:
            charge = await self._charge(payment_id)
            group = charge.transfer_group or ""
            params["source_transaction"] = charge.id
        else:
            group = params["transfer_group"] = own_group(reference)
        call = self._v1.transfers.create_async(params, {"idempotency_key": key})
        return transfer_state(await self._made(call, SeenTransfer, key, lambda: self._lists.transfers(group)))

    async def transfers_of(self, reference: str, payment_id: str) -> Sequence[TransferState]:
        charge = charge_of(await self._page(payment_id)) if payment_id else None
        group = (charge.transfer_group if charge else "") if payment_id else own_group(reference)
        made = await self._lists.transfers(group) if group else []
        return [transfer_state(each) for each in made if each.metadata.get(REFERENCE) == reference]

    async def reverse_transfer(self, reference: str, transfer_id: str, amount: Money, key: str) -> ReversalState:
        call = self._v1.transfers.reversals.create_async(
            transfer_id,
            {"amount": amount.amount_minor, "metadata": {REFERENCE: reference, KEY: key}},
            {"idempotency_key": key},
        )
        return reversal_state(await self._made(call, SeenReversal, key, lambda: self._lists.reversals(transfer_id)))

    async def reversals_of(self, transfer_id: str) -> Sequence[ReversalState]:
        return [reversal_state(each) for each in await self._lists.reversals(transfer_id)]

    async def payout(self, reference: str, account_id: str, amount: Money, key: str) -> PayoutState:
        options: stripe.RequestOptions = {"idempotency_key": key}
        if account_id:
            options["stripe_account"] = account_id
        call = self._v1.payouts.create_async(
            {
                "amount": amount.amount_minor,
                "currency": amount.currency.lower(),
                "metadata": {REFERENCE: reference, KEY: key},
            },
            options,
        )
        found = await self._made(
            call,
            SeenPayout,
            key,
            lambda: self._lists.payouts(account_id),
        )
        return payout_state(account_id, found)

    async def payouts_of(self, reference: str, account_id: str) -> Sequence[PayoutState]:
        made = await self._lists.payouts(account_id)
        return [payout_state(account_id, each) for each in made if (each.metadata or {}).get(REFERENCE) == reference]

    async def get_payout(self, payout_id: str) -> PayoutState:
        account_id, _, stripe_id = payout_id.rpartition("/")
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}
        return payout_state(account_id, await ask(self._v1.payouts.retrieve_async(stripe_id, {}, options), SeenPayout))

    async def payout_contents(self, payout_id: str) -> Sequence[PayoutItem]:
        account_id, _, stripe_id = payout_id.rpartition("/")
        return await self._contents.of(account_id, stripe_id)

    async def payout_terms(self, account_id: str) -> PayoutTerms:
        call = self._v1.balance_settings.retrieve_async({}, {"stripe_account": account_id})
        return (await ask(call, SeenBalanceSettings)).terms()

    async def set_payout_terms(self, account_id: str, terms: PayoutTerms, key: str) -> PayoutTerms:
        options: stripe.RequestOptions = {"stripe_account": account_id, "idempotency_key": key}
        return (
            await ask(self._v1.balance_settings.update_async(params_of(terms), options), SeenBalanceSettings)
        ).terms()

    async def balance(self) -> BalanceState:
        seen = await ask(self._v1.balance.retrieve_async(), SeenBalance)
        return BalanceState(available=amounts(seen.available), pending=amounts(seen.pending))

    async def list_events(self, after: str, limit: int = 100) -> Sequence[ProviderEvent]:
        """As the port says, for the platform's own events.

        An `after` that Stripe's list does not hold (a connected account's, a thin one, one older than thirty days)
        begins an hour ago. Events of connected accounts are not in the list.
        """
        if not after:
            return [events.hint(each) for each in reversed(await self._lists.events_since(0))][:limit]
        try:
            page = await self._lists.events_after(after, limit)
        except ProviderRefusedError:
            since = int((clock.now() - LOOK_BACK).timestamp())
            page = (await self._lists.events_since(since))[-limit:]
        return [events.hint(each) for each in reversed(page)]

    def read_event(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        return events.read(self._settings.webhook_secrets, headers, body, now)

    async def _account_state(self, account: Account) -> AccountState:
        seen = await ask(self._v1.balance.retrieve_async({}, {"stripe_account": account.id}), SeenBalance)
        return AccountState(
            id=account.id,
            reference=account.reference,
            standing=account.standing,
            available=amounts(seen.available),
            pending=amounts(seen.pending),
        )

    async def _page(self, payment_id: str) -> SeenPage:
        """The page by its own id, or by that of its payment intent, which events name."""
        if not payment_id.startswith("pi_"):
            return await ask(self._v1.checkout.sessions.retrieve_async(payment_id, {"expand": [CHARGE]}), SeenPage)
        call = self._v1.checkout.sessions.list_async(
            {"payment_intent": payment_id, "limit": 1, "expand": [f"data.{CHARGE}"]}
        )
        pages, _ = await one_page(call, SeenPage)
        if not pages:
            raise ProviderRefusedError(f"payment {payment_id} was not made by this hub")
        return pages[0]

    async def _charge(self, payment_id: str) -> SeenCharge:
        charge = charge_of(await self._page(payment_id))
        if charge is None:
            raise ProviderRefusedError(f"payment {payment_id} has not been paid")
        return charge

    async def _made(
        self,
        call: Awaitable[stripe.StripeObject],
        kind: type[MadeT],
        key: str,
        look: Callable[[], Awaitable[Sequence[MadeT]]],
    ) -> MadeT:
        """What a call made; after a failure of Stripe's own, what is found to have been made with its key."""
        try:
            return await ask(call, kind)
        except ProviderUnavailableError as error:
            if not failed_inside(error):
                raise
            for each in await look():
                if (each.metadata or {}).get(KEY) == key:
                    return each
            raise


def own_group(reference: str) -> str:
    """What groups the transfers out of the platform's own balance that were made for one row of ours."""
    return f"own_{reference}"


def _page_params(reference: str, amount: Money, description: str, return_url: str, key: str) -> SessionCreateParams:
    metadata = {REFERENCE: reference, KEY: key}
    return {
        "mode": "payment",
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": reference,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": amount.currency.lower(),
                    "unit_amount": amount.amount_minor,
                    "product_data": {"name": (description or reference)[:NAME_LENGTH_MAX]},
                },
            }
        ],
        "metadata": metadata,
        "payment_intent_data": {
            "description": description or reference,
            "metadata": metadata,
            "transfer_group": f"og_{reference}",
        },
        "success_url": return_url,
        "cancel_url": return_url,
        "expand": [CHARGE],
    }
