"""What pictures from outside are made anew with."""

from pathlib import Path
from typing import Protocol


class Press(Protocol):
    """Makes our own copies of a picture."""

    async def copies(self, data: bytes, folder: Path) -> tuple[int, int]:
        """Write `<width>.webp` for each width into `folder`; returns the picture's own width and height.

        Raises PictureRefusedError for bytes that are no JPEG, PNG, WebP or AVIF, or cannot be worked in bounds.
        """
        ...
