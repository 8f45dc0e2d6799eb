"""The settings of a shop node, read once at start from GALLERIA_ variables."""

from pathlib import Path

from federation.node.settings import NodeSettings


class ShopNodeSettings(NodeSettings, frozen=True, kw_only=True):
    """A shop node's settings; pictures lie below the state folder.

    `plates_dir` is a folder of our own vector plates, which boutiques may name without uploading them.
    """

    plates_dir: Path | None = None

    @property
    def media_dir(self) -> Path:
        """Where pictures lie, each under its SHA-256."""
        return self.state_dir / "media"
