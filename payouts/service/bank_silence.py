"""An alarm for money that goes through our own bank and stands still because a person has not done the next step.

A share waits for a file until somebody makes one, and a file's payments for the bank's word until somebody gives it:
nothing of that happens by itself, so a person is told of what has waited too long. What went on is taken back.
"""

from datetime import datetime, timedelta

from federation.vocabulary.wording import sentence
from payouts.service.context import Payments
from payouts.service.hands import BANK_SILENT_DAYS
from payouts.store import bank_silence as store
from payouts.store import desk, rows

FILE_SILENT = "bank-file-silent"
FILE_DUE = "bank-file-due"
QUEUED_DAYS = 3
TOLD_MAX = 50


async def check_bank(pay: Payments, now: datetime) -> int:
    """Sound the alarm for files without the bank's word and for boutiques that wait for a file; how many stand."""
    del pay
    silent = await store.silent_files((now - timedelta(days=BANK_SILENT_DAYS)).date(), TOLD_MAX)
    for file in silent:
        words = sentence(
            "the bank file for %(day)s: %(amount)s without the bank's word (payments: %(payments)s)",
            day=file.execute_on,
            amount=file.amount,
            payments=file.payments,
        )
        await rows.raise_alert(FILE_SILENT, str(file.id), words, now)
    await desk.clear_alerts_but(FILE_SILENT, [str(file.id) for file in silent], now)
    waiting = await store.long_queues(now - timedelta(days=QUEUED_DAYS), TOLD_MAX)
    for queue in waiting:
        words = sentence(
            "%(shop)s waits for a bank file since %(since)s (shares: %(shares)s)",
            shop=queue.shop_id,
            since=queue.since.date(),
            shares=queue.shares,
        )
        await rows.raise_alert(FILE_DUE, queue.shop_id, words, now)
    await desk.clear_alerts_but(FILE_DUE, [queue.shop_id for queue in waiting], now)
    return len(silent) + len(waiting)
