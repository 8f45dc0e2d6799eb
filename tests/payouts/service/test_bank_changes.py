"""Bank details by two words: nobody pays anybody to a new account alone, nor before it has rested."""

from datetime import timedelta

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.errors import QuotaError
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.domain.bank_change import BankChangeRecord, ChangeSource, ChangeStatus
from payouts.domain.bank_file import checked_details
from payouts.domain.terms import Rail
from payouts.errors import BankDetailsError, IllegalMoveError
from payouts.service import bank_changes, bank_files, terms
from payouts.service.bank_changes import FirstWord
from payouts.settings import PayoutSettings
from tests.payouts.scene import MemoryScene
from tests.payouts.service.test_bank_files import ADA, OURS, THEIRS, make, wanted
from tests.payouts.worked_example import PART_C, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")

BOB = "bob@example.com"
OTHER = checked_details("Cleo", "FR1420041010050500013M02606", "")
WORD = FirstWord(shop_id=C, details=THEIRS, source=ChangeSource.CONSOLE, by=ADA)


@pytest.fixture
def bank(committed: object) -> MemoryScene:
    """A hub with a bank account of its own, where new accounts rest for three days."""
    settings = PayoutSettings(payout_interval_seconds=0, bank=OURS)
    return MemoryScene(MemoryProvider(clock.now(), accounts_ready=False), settings)


async def say(scene: MemoryScene, word: FirstWord = WORD) -> BankChangeRecord:
    async with atomic():
        return await bank_changes.propose(word, scene.pay.settings, scene.now)


async def agree(scene: MemoryScene, change: BankChangeRecord, by: str = BOB, *, at_once: bool = False) -> None:
    async with atomic():
        await bank_changes.approve(change.id, by, scene.pay.settings, scene.now, at_once=at_once)


async def test_two_people_and_a_rest(bank: MemoryScene) -> None:
    """One word changes nothing; agreed by another, the shop is paid there, and in no file before three days."""
    await bank.buy()
    change = await say(bank)
    assert (await say(bank)).id == change.id
    assert (await terms.terms_of(C, bank.now)).rail is Rail.PROVIDER
    with pytest.raises(BankDetailsError, match="somebody else"):
        await agree(bank, change, ADA)
    for _ in range(2):
        await agree(bank, change)
    await bank.release(PART_C)
    (waits,) = await bank_files.waiting()
    assert (waits.iban, waits.usable_from) == (THEIRS.iban, bank.now + timedelta(days=3))
    assert await wanted(bank) is None
    bank.now += timedelta(days=3)
    assert THEIRS.iban.encode() in (await make(bank)).content
    await bank.check()
    with pytest.raises(BankDetailsError, match="already"):
        await say(bank)


async def test_both_may_wish_no_rest(bank: MemoryScene) -> None:
    """The rest is left out only where the first asked for it and the second agreed to that as well."""
    await bank.buy()
    await agree(bank, await say(bank, msgspec.structs.replace(WORD, at_once=True)))
    assert (await terms.terms_of(C, bank.now)).bank_rests(bank.now)
    await agree(bank, await say(bank, msgspec.structs.replace(WORD, details=OTHER)), at_once=True)
    assert (await terms.terms_of(C, bank.now)).bank_rests(bank.now)
    await agree(bank, await say(bank, msgspec.structs.replace(WORD, at_once=True)), at_once=True)
    await bank.release(PART_C)
    assert THEIRS.iban.encode() in (await make(bank)).content
    assert [one.status.value for one in await bank_changes.history(C)] == ["approved"] * 3


async def test_a_shop_says_its_own_account(bank: MemoryScene) -> None:
    """Its word is the first, calls an operator, never hurries, is replaced by a later one, and may be refused."""
    own = FirstWord(shop_id=C, details=THEIRS, source=ChangeSource.SHOP, by="Cleo", at_once=True)
    first = await say(bank, own)
    assert [alert.kind for alert in await service.alerts()] == [bank_changes.TOLD_BY_SHOP]
    second = await say(bank, msgspec.structs.replace(own, details=OTHER))
    with pytest.raises(IllegalMoveError):
        await agree(bank, first)
    assert await bank_changes.waiting() == [second]
    with pytest.raises(BankDetailsError, match="why not"):
        await refuse(bank, second, " ")
    await refuse(bank, second, "nobody there knows of it")
    assert await service.alerts() == []
    third = await say(bank, own)
    await agree(bank, third, at_once=True)
    assert (await terms.terms_of(C, bank.now)).bank_rests(bank.now)
    assert [one.status for one in await bank_changes.history(C)][:3] == [
        ChangeStatus.APPROVED,
        ChangeStatus.REJECTED,
        ChangeStatus.REPLACED,
    ]
    for number in range(bank_changes.SAID_BY_SHOP_PER_DAY_MAX - 3):
        await say(bank, msgspec.structs.replace(own, details=OTHER, by=f"Cleo {number}"))
    with pytest.raises(QuotaError, match="tomorrow") as often:
        await say(bank, msgspec.structs.replace(own, details=OTHER))
    assert often.value.retry_after_seconds == 24 * 3600
    dollars = msgspec.structs.replace(bank.pay.settings, settlement_currency="USD")
    with pytest.raises(BankDetailsError, match="euro"):
        async with atomic():
            await bank_changes.propose(WORD, dollars, bank.now)


async def refuse(scene: MemoryScene, change: BankChangeRecord, note: str) -> None:
    async with atomic():
        await bank_changes.reject(change.id, BOB, note, scene.now)
