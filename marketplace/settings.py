"""What the hub is told at start."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from federation.node.settings import NodeSettings

Rate = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
"""A share in basis points: 1000 is ten per cent."""


class HubSettings(NodeSettings, frozen=True, kw_only=True):
    """A node's settings and the hub's own. Rates are basis points, durations seconds.

    `commission_bp` of a line's price is the hub's commission; `commission_vat_bp` of the commission is added for
    boutiques in `country`, the hub's own, and not for others (reverse charge). `search_dir` is the index, by default
    `search` in the state folder. `payout_interval_seconds` is the least time between two payouts to one boutique;
    0 means a day, and in the demo a few seconds. A boutique that has not accepted a paid order after
    `answer_within_hours` is given up and its part given back. `plates_dir` is the folder of our own vector plates,
    shared with shop nodes of the same machine. `boutiques_expected` is how many a demo is about to open; 0 where
    nobody counts.
    """

    sandbox_url: str
    sandbox_key: str
    sandbox_webhook_secret: str
    search_dir: str = ""
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] = "IT"
    currency: Literal["EUR", "GBP", "USD", "CHF", "JPY"] = "EUR"
    rates_file: str = ""
    commission_bp: Rate = 1_000
    commission_vat_bp: Rate = 2_200
    payout_interval_seconds: Annotated[int, msgspec.Meta(ge=0)] = 0
    answer_within_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 48
    plates_dir: Path | None = None
    boutiques_expected: Annotated[int, msgspec.Meta(ge=0)] = 0

    @property
    def media_dir(self) -> Path:
        """Where our own copies of boutiques' pictures lie, each under its hash."""
        return self.state_dir / "media"
