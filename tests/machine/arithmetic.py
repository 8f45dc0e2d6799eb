"""The money rules of the design once more, in the plainest form: what the model believes, beside what the hub does.

Nothing here comes from `payouts`: each rule is written down a second time, from the design's words.
"""

PARTS = ("paid", "seller", "commission", "vat", "referral", "coupon")

Line = dict[str, int]
"""What of one line is whose, in minor units: paid = seller + commission + vat + referral - coupon."""

NOTHING: Line = dict.fromkeys(PARTS, 0)


def half_up(amount: int, part: int, whole: int) -> int:
    """A fraction of an amount, rounded half up."""
    return (2 * amount * part + whole) // (2 * whole)


def shared_out(total: int, weights: list[int]) -> list[int]:
    """A sum by weights: rounded down, then one unit each to the largest remainders, the earlier first."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def divided(base: int, coupon: int, commission_bp: int, vat_bp: int, referral_bp: int) -> Line:
    """A sold line: everything is rounded by itself, the seller gets the rest."""
    paid = base - coupon
    commission = half_up(base, commission_bp, 10_000)
    vat = half_up(commission, vat_bp, 10_000)
    referral = min(half_up(base, referral_bp, 10_000), paid)
    seller = base - commission - vat - referral
    return {
        "paid": paid,
        "seller": seller,
        "commission": commission,
        "vat": vat,
        "referral": referral,
        "coupon": coupon,
    }


def given_back(whole: Line, done: int) -> Line:
    """What has gone back of a line once `done` of what was paid for it has."""
    if not whole["paid"]:
        return NOTHING
    back = {name: half_up(whole[name], done, whole["paid"]) for name in ("commission", "vat", "referral", "coupon")}
    seller = done - back["commission"] - back["vat"] - back["referral"] + back["coupon"]
    return {"paid": done, "seller": seller, **back}


def exchanged(lines: list[Line], gross: int) -> list[Line]:
    """The lines of a payment that came to `gross` in the hub's currency."""
    found = []
    for line, paid in zip(lines, shared_out(gross, [line["paid"] for line in lines]), strict=True):
        coupon = half_up(line["coupon"], paid, line["paid"]) if line["paid"] else 0
        names = ("seller", "commission", "vat", "referral")
        parts = shared_out(paid + coupon, [line[name] for name in names])
        found.append({"paid": paid, "coupon": coupon, **dict(zip(names, parts, strict=True))})
    return found


def exchanged_back(whole: Line, done: int, paid: int) -> Line:
    """What has gone back, in the hub's currency, once `done` of `paid` has in the shopper's; the hub bears rounding."""
    if not paid:
        return NOTHING
    names = ("paid", "commission", "vat", "referral", "coupon")
    back = {name: half_up(whole[name], done, paid) for name in names}
    rest = back["paid"] - back["commission"] - back["vat"] - back["referral"] + back["coupon"]
    seller = min(max(rest, 0), whole["seller"])
    return back | {"seller": seller, "commission": back["commission"] + rest - seller}


def unhurt(part: Line) -> Line:
    """A disputed part of which no shop gains by rounding."""
    loss = min(part["seller"], 0)
    return part | {"seller": part["seller"] - loss, "commission": part["commission"] + loss}


def less(whole: Line, gone: Line) -> Line:
    """What is left of a line."""
    return {name: whole[name] - gone[name] for name in PARTS}
