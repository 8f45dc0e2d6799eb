"""The use cases of money, one file each; what other packages call is named here."""

from payouts.domain.split import SaleLine, SaleShare, ShareSplit, split_preview
from payouts.service.attention import clear_alert, tell_person
from payouts.service.bank_payouts import run_payouts
from payouts.service.capturing import capture_payment, lock_payment
from payouts.service.claiming import write_off_claim
from payouts.service.context import Payments
from payouts.service.disputes import refund_forbidden
from payouts.service.events import list_missed
from payouts.service.given_by_banks import BanksWord, banks_word
from payouts.service.payments import (
    PaymentView,
    cancel_payment,
    open_payment,
    refresh_payment,
    return_payment,
    start_payment,
)
from payouts.service.reads import (
    MoneyView,
    SettledShare,
    account_entries,
    account_of,
    accounts,
    alerts,
    claims,
    ledger_about,
    lines_of_order,
    payment_of_order,
    payouts,
    refund_by_id,
    refunds,
    refunds_of_order,
    settled_share,
    settlements,
    settlements_of_order,
    shop_money,
    shortfall,
    transfers,
    trial_balance,
    trial_balance_totals,
)
from payouts.service.refund_payment import retry_refund
from payouts.service.refund_views import PaidByHand, RefundedPart, RefundView
from payouts.service.refunding import RefundPart, RefundRequest, preview_refund, refund_part
from payouts.service.releasing import freeze, note_moment, release, release_early, unfreeze
from payouts.service.sales import SHIPPING_LINE, capture_sale
from payouts.service.shop_accounts import (
    ensure_account,
    link_to_papers,
    open_account,
    replace_account,
    resume_payouts,
)

__all__ = [
    "SHIPPING_LINE",
    "BanksWord",
    "MoneyView",
    "PaidByHand",
    "PaymentView",
    "Payments",
    "RefundPart",
    "RefundRequest",
    "RefundView",
    "RefundedPart",
    "SaleLine",
    "SaleShare",
    "SettledShare",
    "ShareSplit",
    "account_entries",
    "account_of",
    "accounts",
    "alerts",
    "banks_word",
    "cancel_payment",
    "capture_payment",
    "capture_sale",
    "claims",
    "clear_alert",
    "ensure_account",
    "freeze",
    "ledger_about",
    "lines_of_order",
    "link_to_papers",
    "list_missed",
    "lock_payment",
    "note_moment",
    "open_account",
    "open_payment",
    "payment_of_order",
    "payouts",
    "preview_refund",
    "refresh_payment",
    "refund_by_id",
    "refund_forbidden",
    "refund_part",
    "refunds",
    "refunds_of_order",
    "release",
    "release_early",
    "replace_account",
    "resume_payouts",
    "retry_refund",
    "return_payment",
    "run_payouts",
    "settled_share",
    "settlements",
    "settlements_of_order",
    "shop_money",
    "shortfall",
    "split_preview",
    "start_payment",
    "tell_person",
    "transfers",
    "trial_balance",
    "trial_balance_totals",
    "unfreeze",
    "write_off_claim",
]
