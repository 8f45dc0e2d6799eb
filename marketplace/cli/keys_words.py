"""An identity in plain words for the terminal: what was signed, by which root key, which keys may sign until when."""

from datetime import datetime

from federation.service.identity_view import IdentityView, KeyView, OperationView

_SHORT = 12

WARNINGS = {
    "contested": "Two root keys contradict each other. Nothing is sold until the higher one has spoken (`galleria keys "
    "undo`) or 72 hours have passed.",
    "key_ends_soon": "The key this node signs with ends within 14 days: name a new one with `galleria keys rotate`.",
    "key_ended": "The key this node signs with has ended: nobody believes it. Name one with `galleria keys rotate`.",
    "one_root": "There is one root key only. If it is lost or stolen, nothing can be undone: make a second one with "
    "`galleria keys make` and name both with `galleria keys roots`.",
    "not_countersigned": "A hub has not countersigned the newest operation for over an hour: see whether it answers.",
    "retired": "This party has retired: it says and takes nothing more.",
}
ROOTS = {1: "the highest root key", 2: "the second root key", 3: "the third root key"}


def told(view: IdentityView) -> list[str]:
    """The identity as lines for the terminal."""
    lines = [f"{view.name}, a {view.kind}", f"  id        {view.party_id}", f"  address   {view.address}"]
    lines += ["", "What was signed, oldest first:"]
    lines += [f"  {operation.number}. {sentence(operation)}" for operation in view.operations]
    lines += ["", "Root keys, highest first (kept away from this node):"]
    lines += [f"  {root.place}. {root.public}" for root in view.roots]
    lines += ["", "Keys for daily use:"]
    lines += [f"  {key.keyid}  {life(key)}" for key in view.keys]
    lines += ["", "Countersigned by hubs:"]
    lines += [
        f"  {hub.name}: operation {hub.number} of {hub.operations}, first seen {_when(hub.first_seen_at)}"
        if hub.first_seen_at
        else f"  {hub.name}: nothing yet"
        for hub in view.hubs
    ] or ["  by none: this party is linked with no hub"]
    if view.warnings:
        lines += ["", *(f"! {WARNINGS[code]}" for code in view.warnings)]
    if view.contested_until is not None:
        lines.append(f"! Contested until {_when(view.contested_until)} at the latest.")
    return lines


def sentence(operation: OperationView) -> str:
    """One operation in a sentence."""
    by = ROOTS[operation.root]
    what = {
        "genesis": "began",
        "rotate": _rotated(operation),
        "move": f"moved to {operation.address}",
        "retire": "retired for good",
        "fork_resolve": f"began the catalogue's log anew, as epoch {operation.epoch}",
    }[operation.type]
    tail = (
        f"; may be undone by a higher root key until {_when(operation.undoable_until)}"
        if operation.undoable_until
        else ""
    )
    against = f"; contradicted by {operation.rivals} other" if operation.rivals else ""
    return f"{_when(operation.said_at)}: {what}, signed by {by}{against}{tail}"


def life(key: KeyView) -> str:
    """Until when a key may sign, and whether this node signs with it."""
    if key.own and key.ends_at is None:
        return "signs now"
    if key.ends_at is None:
        return "may sign" if key.usable else "no more"
    if key.usable:
        return f"{'signs now' if key.own else 'may sign'}, until {_when(key.ends_at)}"
    return f"ended {_when(key.ends_at)}"


def _rotated(operation: OperationView) -> str:
    parts = []
    if operation.named_keys:
        parts.append("named key " + ", ".join(keyid[:_SHORT] + "..." for keyid in operation.named_keys))
    if operation.ended_keys:
        parts.append("ended key " + ", ".join(keyid[:_SHORT] + "..." for keyid in operation.ended_keys))
    if operation.roots_changed:
        parts.append("changed the root keys")
    return " and ".join(parts) or "restated its keys"


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%d %B %Y, %H:%M} UTC"
