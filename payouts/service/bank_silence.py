"""An alarm for money that goes through our own bank and stands still because a person has not done the next step.

A share waits for a file until somebody makes one, and a file's payments for the bank's word until somebody gives it:
nothing of that happens by itself, so a person is told of what has waited too long. What went on is taken back.
"""

from datetime import datetime, timedelta

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
        message = (
            f"{file.payments} payments, {file.amount}, of the bank file for {file.execute_on} are without the bank's "
            "word: look at the bank's statement and say of each whether it was paid or came back"
        )
        await rows.raise_alert(FILE_SILENT, str(file.id), message, now)
    await desk.clear_alerts_but(FILE_SILENT, [str(file.id) for file in silent], now)
    waiting = await store.long_queues(now - timedelta(days=QUEUED_DAYS), TOLD_MAX)
    for queue in waiting:
        message = f"{queue.shares} shares of {queue.shop_id} wait since {queue.since:%Y-%m-%d}: make the next bank file"
        await rows.raise_alert(FILE_DUE, queue.shop_id, message, now)
    await desk.clear_alerts_but(FILE_DUE, [queue.shop_id for queue in waiting], now)
    return len(silent) + len(waiting)
