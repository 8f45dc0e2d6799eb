"""How a piece is cut: the parameters from which its plates are drawn, as boutiques write them in their files.

One Struct per kind of piece, told apart by `kind`. Values only; the drawing lives in `plates/`.
"""

from typing import Literal

import msgspec

Pattern = Literal[
    "plain", "linen", "silk", "denim", "rib", "cable", "stripe", "bengal", "pinstripe", "check", "herringbone", "lace",
    "dots", "floral", "corduroy", "leather", "grain", "felt", "straw", "waves", "leaves", "fairisle",
]  # fmt: skip
"""The weave or print by which a cloth is told."""


class Cut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every cut says: the cloth it is made of."""

    cloth: Pattern = "plain"


class Dress(Cut, frozen=True, kw_only=True, tag="dress"):
    neck: Literal["round", "v", "boat", "collar", "square", "halter"] = "round"
    sleeve: Literal["none", "strap", "cap", "short", "elbow", "long", "bell"] = "short"
    length: Literal["knee", "midi", "maxi"] = "midi"
    shape: Literal["shift", "flared", "wrap", "fitted", "tiered"] = "flared"
    buttons: bool = False
    belt: bool = False


class Knit(Cut, frozen=True, kw_only=True, tag="knit"):
    neck: Literal["crew", "roll", "v", "boat", "polo"] = "crew"
    opening: Literal["none", "buttons"] = "none"
    sleeve: Literal["none", "short", "long"] = "long"
    length: Literal["crop", "hip", "long"] = "hip"


class Coat(Cut, frozen=True, kw_only=True, tag="coat"):
    collar: Literal["notch", "peak", "shawl", "stand", "hood"] = "notch"
    rows: Literal[0, 1, 2] = 1
    length: Literal["hip", "thigh", "knee", "calf"] = "knee"
    pocket: Literal["flap", "patch", "welt"] = "flap"
    belt: bool = False


class Shirt(Cut, frozen=True, kw_only=True, tag="shirt"):
    collar: Literal["point", "camp", "band", "bow", "peter"] = "point"
    sleeve: Literal["none", "short", "long", "puff"] = "long"
    pocket: bool = False
    yoke: bool = False


class Trousers(Cut, frozen=True, kw_only=True, tag="trousers"):
    leg: Literal["straight", "wide", "tapered", "flared", "short"] = "straight"
    front: Literal["plain", "pleated", "jeans"] = "plain"
    cuffs: bool = False


class Skirt(Cut, frozen=True, kw_only=True, tag="skirt"):
    shape: Literal["flared", "pencil", "pleated", "wrap"] = "flared"
    length: Literal["knee", "midi", "maxi"] = "midi"
    buttons: bool = False


class Suit(Cut, frozen=True, kw_only=True, tag="suit"):
    rows: Literal[1, 2] = 1


class Shoe(Cut, frozen=True, kw_only=True, tag="shoe"):
    style: Literal["loafer", "derby", "oxford", "pump", "ballerina", "sneaker", "mule"] = "loafer"
    heel_mm: int = 15
    sole: str = "#2a1d15"


class Sandal(Cut, frozen=True, kw_only=True, tag="sandal"):
    style: Literal["flat", "heeled", "slide"] = "flat"
    heel_mm: int = 10
    sole: str = "#6b4a2f"


class Boot(Cut, frozen=True, kw_only=True, tag="boot"):
    style: Literal["chelsea", "lace", "zip", "riding"] = "chelsea"
    heel_mm: int = 30
    sole: str = "#2a1d15"


class Bag(Cut, frozen=True, kw_only=True, tag="bag"):
    style: Literal["tote", "handle", "bucket", "crossbody", "clutch", "backpack"] = "tote"
    clasp: Literal["none", "turn", "buckle", "frame"] = "none"
    metal: Literal["gold", "silver"] = "gold"


class Wallet(Cut, frozen=True, kw_only=True, tag="wallet"):
    style: Literal["bifold", "cards", "zip", "purse"] = "bifold"
    metal: Literal["gold", "silver"] = "gold"


class Ring(Cut, frozen=True, kw_only=True, tag="ring"):
    style: Literal["band", "cabochon", "solitaire", "signet", "cameo", "branch"] = "band"
    metal: Literal["gold", "silver", "rose"] = "gold"


class Necklace(Cut, frozen=True, kw_only=True, tag="necklace"):
    style: Literal["beads", "pendant", "chain", "cameo", "branch"] = "beads"
    metal: Literal["gold", "silver", "rose"] = "gold"


class Earrings(Cut, frozen=True, kw_only=True, tag="earrings"):
    style: Literal["studs", "drops", "hoops", "hoop", "cluster"] = "drops"
    metal: Literal["gold", "silver", "rose"] = "gold"


class Bracelet(Cut, frozen=True, kw_only=True, tag="bracelet"):
    style: Literal["bangle", "chain", "beads", "cuff"] = "beads"
    metal: Literal["gold", "silver", "rose"] = "gold"


class Scarf(Cut, frozen=True, kw_only=True, tag="scarf"):
    shape: Literal["square", "long", "shawl", "collar"] = "square"
    fringe: bool = False


class Belt(Cut, frozen=True, kw_only=True, tag="belt"):
    buckle: Literal["square", "round", "double"] = "square"
    metal: Literal["gold", "silver"] = "gold"


class Hat(Cut, frozen=True, kw_only=True, tag="hat"):
    style: Literal["fedora", "panama", "beanie", "beret", "cap"] = "fedora"


class Gloves(Cut, frozen=True, kw_only=True, tag="gloves"):
    style: Literal["plain", "driving", "long", "mitten"] = "plain"


AnyCut = (
    Dress | Knit | Coat | Shirt | Trousers | Skirt | Suit | Shoe | Sandal | Boot | Bag | Wallet | Ring | Necklace
    | Earrings | Bracelet | Scarf | Belt | Hat | Gloves
)  # fmt: skip
