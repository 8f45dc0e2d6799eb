"""The control desk's payments: a list, and one payment with what banks can do to it."""

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node.app import WITHOUT_DATABASE
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import Money, parse_decimal
from federation.vocabulary.wording import message
from payouts.standin import disputes, refunds
from payouts.standin.errors import StandinError
from payouts.standin.pages.words import charge_of, found, payment_view, place_in
from payouts.standin.world import Thing, World

PAGE = 50
REASONS = (
    ("product_not_received", message("it never came")),
    ("product_unacceptable", message("it is not as described")),
    ("fraudulent", message("the card was used by somebody else")),
    ("duplicate", message("it was paid twice")),
    ("credit_not_processed", message("the money was not given back")),
    ("general", message("no reason given")),
)


def payment_pages(world: World) -> list[HTTPRouteHandler]:
    """Payments and disputes."""

    @get("/desk/payments", opt=WITHOUT_DATABASE)
    async def payments(request: AnyRequest) -> Template:
        start = place_in(request)
        pages = world.all("checkout.session")
        shown = [payment_view(world, each) for each in pages[start : start + PAGE]]
        more = start + PAGE if len(pages) > start + PAGE else None
        return page(request, "standin_payments.html", payments=shown, more=more)

    @get("/desk/payments/{page_id:str}", opt=WITHOUT_DATABASE)
    async def payment(request: AnyRequest, page_id: FromPath[str]) -> Template:
        session = found(world, "checkout.session", page_id)
        view = payment_view(world, session, whole=True)
        return page(request, "standin_payment.html", payment=view, reasons=REASONS)

    @post("/desk/payments/{page_id:str}", opt=WITHOUT_DATABASE)
    async def dispute(request: AnyRequest, page_id: FromPath[str]) -> Redirect:
        session = found(world, "checkout.session", page_id)
        form = {name: str(text) for name, text in (await request.form()).items()}
        charge = charge_of(world, session)
        if charge is not None and charge["captured"]:
            _trouble(world, session, charge, form)
            world.keep()
        return _to(page_id)

    @post("/desk/payments/{page_id:str}/disputes/{dispute_id:str}", opt=WITHOUT_DATABASE)
    async def decide(request: AnyRequest, page_id: FromPath[str], dispute_id: FromPath[str]) -> Redirect:
        found(world, "dispute", dispute_id)
        _decide(world, dispute_id, str((await request.form()).get("decision", "")))
        world.keep()
        return _to(page_id)

    @post("/desk/payments/{page_id:str}/refunds/{refund_id:str}", opt=WITHOUT_DATABASE)
    async def return_refund(page_id: FromPath[str], refund_id: FromPath[str]) -> Redirect:
        refund = found(world, "refund", refund_id)
        if refund["status"] in {"pending", "succeeded"}:
            refunds.fail(world, refund_id, "lost_or_stolen_card")
            world.keep()
        return _to(page_id)

    return [payments, payment, dispute, decide, return_refund]


def _trouble(world: World, session: Thing, charge: Thing, form: dict[str, str]) -> None:
    """A warning, a question, or money taken back: of the whole or of a part in minor units."""
    if form.get("what") == "warn":
        disputes.warn(world, charge["id"])
        return
    left = payment_view(world, session).left
    reason = form.get("reason", "")
    if left:
        disputes.open_dispute(
            world,
            charge["id"],
            _amount_minor(form.get("amount", ""), left),
            reason if reason in dict(REASONS) else "general",
            inquiry=form.get("what") == "question",
        )


def _amount_minor(text: str, left: Money) -> int:
    """An amount as people write it, at most what is left; all of it when nothing was written, or nothing readable."""
    try:
        asked = parse_decimal(text.strip().replace(",", "."), left.currency).amount_minor
    except RecordInvalidError:
        return left.amount_minor
    return min(asked, left.amount_minor) if asked > 0 else left.amount_minor


def _decide(world: World, dispute_id: str, decision: str) -> None:
    """What a bank can do to a dispute; what does not fit how it stands is passed over."""
    try:
        match decision:
            case "escalate":
                disputes.escalate(world, dispute_id)
            case "appeal":
                disputes.appeal(world, dispute_id)
            case "won" | "lost" | "warning_closed":
                disputes.decide(world, dispute_id, decision)
            case _:
                return
    except StandinError:
        return


def _to(page_id: str) -> Redirect:
    return Redirect(f"/desk/payments/{page_id}", status_code=303)
