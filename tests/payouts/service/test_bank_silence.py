"""Money that goes through our own bank and stands still calls a person."""

from datetime import timedelta

import pytest

from federation.node.database import atomic
from payouts import service
from payouts.service import bank_files
from payouts.service.bank_silence import check_bank
from tests.payouts.scene import MemoryScene
from tests.payouts.service.test_bank_files import bank, make, queue
from tests.payouts.worked_example import C

pytestmark = pytest.mark.apps("payouts.piccolo_app")

__all__ = ["bank"]


async def alerts() -> dict[str, str]:
    """What a person is called to, by kind, and about what."""
    return {each.kind: each.reference for each in await service.alerts() if each.kind.startswith("bank-")}


async def test_what_waits_for_a_file_or_for_the_banks_word_calls_a_person(bank: MemoryScene) -> None:
    """First the boutique nobody made a file for, then the file nobody said anything about; both end by themselves."""
    await queue(bank)
    assert await check_bank(bank.pay, bank.now) == 0
    later = bank.now + timedelta(days=4)
    assert await check_bank(bank.pay, later) == 1
    assert await alerts() == {"bank-file-due": C}
    file = await make(bank)
    assert await check_bank(bank.pay, bank.now + timedelta(days=1)) == 0
    assert await alerts() == {}
    assert await check_bank(bank.pay, later) == 1
    assert await alerts() == {"bank-file-silent": str(file.id)}
    [payment] = await bank_files.open_payments(file.id)
    async with atomic():
        await bank_files.mark_paid(bank.pay, payment.id, later, later)
    assert await check_bank(bank.pay, later) == 0
    assert await alerts() == {}
