"""The dispute desk: what is due when, what is at stake, which lines, the evidence, and what became of it."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation import limits
from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import ConflictError, NotFoundError, QuotaError, RecordInvalidError, TooLargeError
from federation.vocabulary.evidence import FileKind
from federation.vocabulary.files import FILE_ENDINGS
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render, shop_names
from marketplace.console.views import disputes as words
from marketplace.console.views import looks
from marketplace.console.words import say
from marketplace.hub import hub_of
from marketplace.listings import service as listings
from marketplace.orders import evidence as packs
from marketplace.orders import oversight, reads
from payouts.domain.dispute import UNDECIDED
from payouts.domain.evidence import Evidence
from payouts.domain.exhibits import proposed
from payouts.domain.hearing import Hearing
from payouts.errors import DisputeChoiceError
from payouts.service import dispute_reads, disputes, evidence, hearings
from payouts.service import reads as money
from payouts.service.dispute_reads import DisputeView

UNDECIDED_STATES = tuple(sorted(status.value for status in UNDECIDED))
TABS: dict[str, tuple[str, ...]] = {
    "undecided": UNDECIDED_STATES,
    "won": ("won", "closed"),
    "lost": ("lost", "prevented"),
    "all": (),
}
PER_PAGE = 200


@get("/console/money/disputes")
async def show_list(request: AnyRequest) -> Template:
    """Disputes, those due soonest first, and what is at stake; banks' warnings nobody has looked at."""
    await operator(request)
    asked = request.query_params.get("state", "undecided")
    state = asked if asked in TABS else "undecided"
    found, warnings = await dispute_reads.disputes(TABS[state], PER_PAGE), await dispute_reads.warnings()
    shops = await dispute_reads.shops_of([one.id for one in found])
    return render(
        request,
        "disputes.html",
        rows=found,
        shops=shops,
        names=await shop_names(shop_id for ids in shops.values() for shop_id in ids),
        numbers=await oversight.order_numbers({one.order_id for one in found} | {one.order_id for one in warnings}),
        state=state,
        tabs=TABS,
        at_stake=await dispute_reads.at_stake(),
        warnings=warnings,
        now=clock.now(),
        most=PER_PAGE,
        **_shared(),
    )


def _shared() -> dict[str, Any]:
    return {"dispute_looks": words.DISPUTE_LOOKS, "reason_words": words.reason_words, "is_pressing": words.is_pressing}


@get("/console/money/disputes/{dispute_id:uuid}")
async def show(request: AnyRequest, dispute_id: FromPath[UUID]) -> Template:
    """One dispute: its money, its lines, our evidence."""
    await operator(request)
    view = await dispute_reads.dispute(dispute_id)
    heard = await hearings.all_heard(dispute_id, clock.now())
    order = await reads.order_by_id(view.dispute.order_id)
    titles = {(str(part.shop_order_id), line.line_id): line for part in order.parts for line in part.lines}
    shops = await listings.shops_by_id({line.shop_id for line in view.lines}, clock.now())
    return render(
        request,
        "dispute.html",
        view=view,
        dispute=view.dispute,
        order=order,
        titles=titles,
        parcels={part.shop_order_id: part for part in order.parts},
        names={shop_id: shop.name for shop_id, shop in shops.items()},
        said=await _evidence(view, heard),
        transferred=await packs.paid_by_transfer(view.dispute.order_id, _concerned(view)),
        heard=heard,
        files=(files := await hearings.files_of(dispute_id)),
        goes_as=proposed(files),
        slot_words=words.SLOT_WORDS,
        file_field=words.file_field,
        kind_words=words.FILE_WORDS,
        megabytes_max=limits.EVIDENCE_FILE_BYTES_MAX // 2**20,
        endings=FILE_ENDINGS,
        evidence_words=words.EVIDENCE_WORDS,
        long=words.LONG,
        funds=words.funds_words(view.dispute),
        field_of=words.field_of,
        written=words.written,
        entries=await money.ledger_about(view.dispute.id),
        money_looks=looks.money_looks,
        amount=Money,
        now=clock.now(),
        **_shared(),
    )


async def _evidence(view: DisputeView, heard: Sequence[Hearing]) -> Evidence:
    """What was written down, or what we and the boutiques know, to begin with."""
    if view.dispute.said.given:
        return view.dispute.said
    told = [one.said for one in heard if one.said is not None]
    return await packs.pack(view.dispute.order_id, _concerned(view), told, clock.now())


@get("/console/money/disputes/{dispute_id:uuid}/files/{file_id:uuid}")
async def download(request: AnyRequest, dispute_id: FromPath[UUID], file_id: FromPath[UUID]) -> Response[bytes]:
    """A file a boutique handed in, to be kept and looked at apart from this console: never shown by it."""
    await operator(request)
    found = await hearings.file(file_id)
    if found.dispute_id != dispute_id:
        raise NotFoundError("there is no such file")
    name = f"{found.kind}-{found.sha256.hex()[:8]}.{FILE_ENDINGS[found.media_type]}"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(found.content, media_type="application/octet-stream", headers=headers)


def _concerned(view: DisputeView) -> frozenset[UUID]:
    chosen = frozenset(UUID(each.shop_order_id) for each in view.dispute.choice)
    return chosen or frozenset(each.shop_order_id for each in view.borne)


@post("/console/money/disputes/{dispute_id:uuid}/lines")
async def choose(request: AnyRequest, dispute_id: FromPath[UUID]) -> Redirect:
    """Say which lines a dispute is about."""
    who = await operator(request)
    view = await dispute_reads.dispute(dispute_id)
    page = f"/console/money/disputes/{dispute_id}"
    try:
        chosen = words.read_lines(await request.form(), view.dispute.currency)
        async with atomic():
            await disputes.choose_lines(hub_of(request).payments, dispute_id, chosen, who.email, clock.now())
    except DisputeChoiceError as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("Noted: these lines bear the dispute."))


@post("/console/money/disputes/{dispute_id:uuid}/evidence")
async def write(request: AnyRequest, dispute_id: FromPath[UUID]) -> Redirect:
    """Keep the evidence; lay it down with the provider as a draft, or hand it in, when the form says so.

    What was written is kept also when it cannot be handed in.
    """
    await operator(request)
    form = await request.form()
    page = f"/console/money/disputes/{dispute_id}"
    kind = _THEN.get(str(form.get("then")))
    try:
        async with atomic():
            slots = words.read_slots(form)
            await evidence.write_evidence(dispute_id, words.read_evidence(form), clock.now(), slots)
        async with atomic():
            if kind is not None:
                await evidence.answer(dispute_id, kind, clock.now())
    except DisputeChoiceError as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, _SAID[kind])


_THEN: dict[str, evidence.AnswerKind] = {"hand in": "evidence", "draft": "draft"}
_SAID: dict[evidence.AnswerKind | None, str] = {
    "evidence": message("The evidence goes to the bank now."),
    "draft": message("The draft goes to the payment provider now. No bank sees it."),
    None: message("Kept. The bank has not seen it yet."),
}


@post("/console/money/disputes/{dispute_id:uuid}/files")
async def add_file(request: AnyRequest, dispute_id: FromPath[UUID]) -> Redirect:
    """Add a file of the hub's own to those of the boutiques."""
    await operator(request)
    form = await request.form()
    page = f"/console/money/disputes/{dispute_id}"
    upload, kind = form.get("file"), str(form.get("kind", ""))
    if not isinstance(upload, UploadFile) or not upload.filename or kind not in words.FILE_WORDS:
        return back_to(request, page, message("Choose a file, and what it shows."), failed=True)
    try:
        async with atomic():
            await hearings.add_own(dispute_id, cast("FileKind", kind), await upload.read(), clock.now())
    except (ConflictError, QuotaError, RecordInvalidError, TooLargeError) as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("Kept. Say below how it goes to the bank."))


@post("/console/money/disputes/{dispute_id:uuid}/accept")
async def accept(request: AnyRequest, dispute_id: FromPath[UUID]) -> Redirect:
    """Give a dispute up."""
    await operator(request)
    page = f"/console/money/disputes/{dispute_id}"
    try:
        async with atomic():
            await evidence.answer(dispute_id, "acceptance", clock.now())
    except DisputeChoiceError as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("Given up: the shopper keeps the money."))


@post("/console/money/disputes/{dispute_id:uuid}/ask")
async def ask(request: AnyRequest, dispute_id: FromPath[UUID]) -> Redirect:
    """Write to the boutiques concerned and ask what they know."""
    await operator(request)
    view = await dispute_reads.dispute(dispute_id)
    question = packs.Question(
        dispute_id=dispute_id,
        order_id=view.dispute.order_id,
        concerned=_concerned(view),
        amount=view.dispute.amount,
        reason=view.dispute.reason,
        due_at=view.dispute.due_at,
    )
    async with atomic():
        asked = await packs.ask_boutiques(question, clock.now())
        if asked:
            await evidence.note_asked(dispute_id, clock.now())
    page = f"/console/money/disputes/{dispute_id}"
    if not asked:
        return back_to(request, page, message("None of the boutiques has told us a mail address."), failed=True)
    return back_to(request, page, say("Asked: %(boutiques)s.", boutiques=", ".join(asked)))


@post("/console/money/disputes/warnings/{warning_id:str}/lift")
async def lift(request: AnyRequest, warning_id: FromPath[str]) -> Redirect:
    """Somebody has looked at a bank's warning."""
    who = await operator(request)
    note = str((await request.form()).get("note", "")).strip()
    if not note:
        return back_to(request, "/console/money/disputes", message("Write down what you found out."), failed=True)
    async with atomic():
        await disputes.lift_warning(warning_id, who.email, note, clock.now())
    return back_to(request, "/console/money/disputes", message("Noted: the boutiques are sent what is theirs."))


ROUTES = [show_list, show, download, choose, write, add_file, accept, ask, lift]
