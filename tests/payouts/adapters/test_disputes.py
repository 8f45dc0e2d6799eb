"""What every provider promises of disputes and of its balance: the one in memory, and Stripe (a stand-in)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import stripe
from stripe.params import DisputeUpdateParamsEvidence

from federation.node import clock
from federation.vocabulary.money import Money
from payouts.adapters.memory import MemoryProvider
from payouts.adapters.stripe import balances as seen_balances
from payouts.adapters.stripe import disputes as seen_disputes
from payouts.dispute_ports import BalanceMove, DisputeState
from payouts.domain.evidence import SLOTS, Evidence, Exhibit, HandIn
from payouts.errors import ProviderBusyError, ProviderRefusedError, ProviderUnavailableError
from payouts.ports import PaymentProvider
from payouts.standin import disputes
from payouts.standin.faults import FaultKind
from tests.payouts.lab import MemoryWorld
from tests.payouts.stripe_lab import StripeWorld, stripe_world
from tests.payouts.worked_example import euro
from tests.support.evidence_files import pdf, png

EVIDENCE = Evidence(
    product_description="A dress", customer_name="Ada", shipping_carrier="Post", refund_refusal_explanation="It arrived"
)


class Bank:
    """A shopper's bank, whichever provider it speaks to."""

    def __init__(self, world: MemoryWorld | StripeWorld) -> None:
        self.world = world
        self.provider: PaymentProvider = world.provider

    async def paid(self, amount: Money) -> str:
        made = await self.provider.create_payment("order-1", amount, "Hats", "http://127.0.0.1:7999/o/t", "pi:1")
        await self.world.pay(made.id)
        return made.id

    def open(self, payment_id: str, amount: int, *, inquiry: bool = False) -> str:
        if isinstance(self.world, MemoryWorld):
            return self.world.provider.disputes.open(payment_id, euro(amount), inquiry=inquiry)
        made = disputes.open_dispute(self.world.state, self._charge(), amount, "product_not_received", inquiry=inquiry)
        return str(made["id"])

    def do(self, what: str, dispute_id: str, *more: Any) -> None:
        if isinstance(self.world, MemoryWorld):
            getattr(self.world.provider.disputes, what)(dispute_id, *more)
        else:
            getattr(disputes, what)(self.world.state, dispute_id, *more)

    def warn(self, payment_id: str) -> str:
        if isinstance(self.world, MemoryWorld):
            return self.world.provider.disputes.warn(payment_id)
        return str(disputes.warn(self.world.state, self._charge())["id"])

    def _charge(self) -> str:
        assert isinstance(self.world, StripeWorld)
        return next(iter(self.world.state.things["charge"]))

    async def look(self, dispute_id: str) -> DisputeState:
        return await self.provider.disputes.get_dispute(dispute_id)

    async def moves(self, after: str = "") -> list[BalanceMove]:
        return list(await self.provider.balance_book.balance_transactions(after))

    async def available(self) -> int:
        return sum(each.amount_minor for each in (await self.provider.balance()).available)


@pytest.fixture(params=["memory", "stripe"])
async def bank(request: pytest.FixtureRequest) -> AsyncIterator[Bank]:
    """A bank at a provider whose money is available at once."""
    if request.param == "memory":
        yield Bank(MemoryWorld(MemoryProvider(clock.now())))
        return
    async with stripe_world() as world:
        yield Bank(world)


async def test_a_dispute_takes_money_and_a_fee_and_names_our_payment(bank: Bank) -> None:
    """Opened, it says how much, why, until when, and what left the balance with what fee."""
    dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
    seen = await bank.look(dispute_id)
    assert (seen.reference, seen.status, seen.amount, seen.refundable) == ("order-1", "open", euro(6_000), False)
    assert seen.due_at is not None
    assert seen.due_at > seen.created_at
    [taken] = seen.moves
    assert (taken.amount, taken.fee, taken.net) == (euro(-6_000), euro(2_000), euro(-8_000))
    assert [each.id for each in await bank.provider.disputes.list_disputes()] == [dispute_id]


@pytest.mark.parametrize(("outcome", "left"), [("won", -2_000), ("lost", -8_000)])
async def test_what_is_decided_shows_in_the_balance(bank: Bank, outcome: str, left: int) -> None:
    """A won dispute brings the money back and not the fee, a lost one nothing."""
    payment = await bank.paid(euro(10_000))
    before = await bank.available()
    dispute_id = bank.open(payment, 6_000)
    bank.do("decide", dispute_id, outcome)
    seen = await bank.look(dispute_id)
    assert (seen.status, len(seen.moves)) == (outcome, 2 if outcome == "won" else 1)
    assert await bank.available() == before + left


async def test_an_inquiry_moves_nothing_until_it_escalates(bank: Bank) -> None:
    """Asked about, refundable; escalated, withdrawn and refundable no more."""
    dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000, inquiry=True)
    seen = await bank.look(dispute_id)
    assert (seen.status, seen.refundable, seen.moves) == ("inquiry", True, ())
    bank.do("escalate", dispute_id)
    seen = await bank.look(dispute_id)
    assert (seen.status, seen.refundable, len(seen.moves)) == ("open", False, 1)


async def test_evidence_is_handed_in_once(bank: Bank) -> None:
    """The same key is the same hand-in; another hand-in is refused."""
    dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
    for _ in range(2):
        seen = await bank.provider.disputes.submit_evidence(dispute_id, HandIn(texts=EVIDENCE), "dpe:1:1")
        assert (seen.status, seen.submissions) == ("review", 1)
    with pytest.raises(ProviderRefusedError):
        await bank.provider.disputes.submit_evidence(dispute_id, HandIn(texts=EVIDENCE), "dpe:1:2")


async def test_files_go_first_and_a_draft_before_the_hand_in(bank: Bank) -> None:
    """A file is given once under its key; a draft leaves the dispute open, and what a later one lacks is emptied."""
    dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
    desk, proof = bank.provider.disputes, Exhibit(name="delivery.pdf", media_type="application/pdf", content=pdf(3))
    file_id = await desk.upload_evidence(proof, "dpf:1:1")
    assert await desk.upload_evidence(proof, "dpf:1:1") == file_id
    draft = HandIn(texts=EVIDENCE, files={"shipping_documentation": file_id}, draft=True)
    seen = await desk.submit_evidence(dispute_id, draft, "dpe:1:1")
    assert (seen.status, seen.submissions) == ("open", 0)
    final = HandIn(texts=Evidence(uncategorized_text="x"), files={"receipt": file_id}, replaces=True)
    assert (await desk.submit_evidence(dispute_id, final, "dpe:1:2")).status == "review"
    if isinstance(bank.world, StripeWorld):
        (kept,) = bank.world.state.things["dispute"].values()
        assert kept["evidence"] == {"uncategorized_text": "x", "receipt": file_id}
        (file,) = bank.world.state.things["file"].values()
        assert (file["filename"], file["size"], file["type"]) == ("delivery.pdf", len(pdf(3)), "pdf")


async def test_evidence_names_only_files_that_were_given(bank: Bank) -> None:
    """A file nobody gave is refused, and the dispute stays as it was."""
    dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
    stranger = HandIn(texts=EVIDENCE, files={"receipt": "file_nobody"})
    with pytest.raises(ProviderRefusedError):
        await bank.provider.disputes.submit_evidence(dispute_id, stranger, "dpe:1:1")
    assert (await bank.look(dispute_id)).status == "open"


@pytest.mark.parametrize("path", ["POST /v1/files", "POST /v1/disputes"])
@pytest.mark.parametrize("kind", ["drop_response", "fail_after", "refuse_500", "refuse_429"])
async def test_a_hand_in_whose_answer_is_lost_is_made_once(kind: FaultKind, path: str) -> None:
    """Whatever becomes of the first answer, asked again with the same keys there is one hand-in, with its file."""
    async with stripe_world() as world:
        bank = Bank(world)
        dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
        world.fault(kind, path)
        seen = None
        while seen is None:
            try:
                file_id = await world.provider.disputes.upload_evidence(
                    Exhibit(name="a.png", media_type="image/png", content=png()), "dpf:1:1"
                )
                hand_in = HandIn(texts=EVIDENCE, files={"receipt": file_id})
                seen = await world.provider.disputes.submit_evidence(dispute_id, hand_in, "dpe:1:1")
            except (ProviderUnavailableError, ProviderBusyError):
                continue
        assert (seen.status, seen.submissions) == ("review", 1)
        (kept,) = world.state.things["dispute"].values()
        assert kept["evidence"]["receipt"] in world.state.things["file"]


async def test_what_is_no_evidence_is_refused() -> None:
    """A program, a file above five megabytes, files above the sum of a dispute, evidence after its day."""
    async with stripe_world() as world:
        bank, desk = Bank(world), world.provider.disputes
        dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
        for number, content in enumerate((b"MZ\x90", pdf(5 * 2**20))):
            with pytest.raises(ProviderRefusedError):
                await desk.upload_evidence(
                    Exhibit(name="a.pdf", media_type="application/pdf", content=content), f"dpf:{number}:1"
                )
        large = [
            await desk.upload_evidence(
                Exhibit(name="b.pdf", media_type="application/pdf", content=pdf(2_300_000 + each)), f"dpf:b{each}:1"
            )
            for each in range(2)
        ]
        both = HandIn(texts=EVIDENCE, files={"receipt": large[0], "refund_policy": large[1]})
        with pytest.raises(ProviderRefusedError, match="total size"):
            await desk.submit_evidence(dispute_id, both, "dpe:1:1")
        await world.advance(8 * 86_400)
        (kept,) = world.state.things["dispute"].values()
        assert kept["evidence_details"]["past_due"]
        with pytest.raises(ProviderRefusedError, match="past due"):
            await desk.submit_evidence(dispute_id, HandIn(texts=EVIDENCE), "dpe:1:2")


async def test_a_dispute_can_be_given_up(bank: Bank) -> None:
    """Accepted, it is lost; asked again, also under another key, it is as it was. One that was won is not given up."""
    payment = await bank.paid(euro(10_000))
    dispute_id = bank.open(payment, 6_000)
    for key in ("dpa:1:1", "dpa:1:1", "dpa:1:2"):
        seen = await bank.provider.disputes.accept_dispute(dispute_id, key)
        assert (seen.status, len(seen.moves)) == ("lost", 1)
    other = bank.open(payment, 1_000)
    bank.do("decide", other, "won")
    with pytest.raises(ProviderRefusedError):
        await bank.provider.disputes.accept_dispute(other, "dpa:2:1")


async def test_appeals_reopen_what_was_decided(bank: Bank) -> None:
    """A won one is withdrawn again; lost after that, the money stays away."""
    dispute_id = bank.open(await bank.paid(euro(10_000)), 6_000)
    bank.do("decide", dispute_id, "won")
    bank.do("appeal", dispute_id)
    seen = await bank.look(dispute_id)
    assert (seen.status, [each.amount.amount_minor for each in seen.moves]) == ("appeal", [-6_000, 6_000, -6_000])
    bank.do("decide", dispute_id, "lost")
    bank.do("appeal", dispute_id)
    assert (await bank.look(dispute_id)).status == "appeal_review"
    bank.do("decide", dispute_id, "won")
    assert [each.amount.amount_minor for each in (await bank.look(dispute_id)).moves] == [-6_000, 6_000, -6_000, 6_000]


async def test_a_warning_names_our_payment(bank: Bank) -> None:
    """A bank's suspicion comes before its dispute and is about one payment."""
    warning = await bank.provider.disputes.get_warning(bank.warn(await bank.paid(euro(10_000))))
    assert (warning.reference, warning.actionable, warning.kind) == ("order-1", True, "unauthorized_use_of_card")


async def test_the_balance_is_the_sum_of_its_movements(bank: Bank) -> None:
    """Every movement is listed once, oldest first, from any place on, with the reference of what it comes from."""
    payment = await bank.paid(euro(10_000))
    account = await bank.provider.create_account("shop-a", "A", "FR", "EUR", "acct:a")
    await bank.world.complete_account(account.id)
    made = await bank.provider.transfer("set-1", account.id, euro(3_000), payment, "tr:1")
    await bank.provider.reverse_transfer("claim-1:1", made.id, euro(500), "trr:1")
    await bank.provider.refund("refund-1:1", payment, euro(1_000), "re:1")
    dispute_id = bank.open(payment, 2_000)
    moves = await bank.moves()
    assert [(each.type, each.reference) for each in moves] == [
        ("charge", "order-1"),
        ("transfer", "set-1"),
        ("transfer_refund", "claim-1:1"),
        ("refund", "refund-1:1"),
        ("adjustment", ""),
    ]
    assert moves[-1].source == dispute_id
    assert sum(each.net.amount_minor for each in moves) == await bank.available()
    assert await bank.moves(moves[2].id) == moves[3:]
    assert await bank.moves(moves[-1].id) == []


def test_evidence_leaves_out_what_is_empty() -> None:
    """Only what is known is told to the bank."""
    assert set(EVIDENCE.given) == {
        "product_description",
        "customer_name",
        "shipping_carrier",
        "refund_refusal_explanation",
    }
    assert Evidence().given == {}
    assert msgspec.convert(EVIDENCE.given, Evidence) == EVIDENCE


def test_our_words_of_evidence_are_stripes() -> None:
    """Every text of the port is handed in under a name that Stripe's typed parameters have."""
    assert {*Evidence.__struct_fields__, *SLOTS} <= set(DisputeUpdateParamsEvidence.__annotations__)


@pytest.mark.parametrize(
    "kind",
    [seen_balances.SeenMove, seen_disputes.SeenDispute, seen_disputes.SeenWarning, seen_disputes.SeenFile],
)
def test_what_we_read_of_stripe_exists(kind: Any) -> None:
    """The fields we read are fields of Stripe's own classes."""
    owner: Any = stripe
    for name in kind.STRIPE.split("."):
        owner = getattr(owner, name)
    assert set(kind.__struct_fields__) <= set(owner.__annotations__)
