"""The process in which one picture from outside is opened: bounded in memory, time and output, killed if it hangs.

Reads the picture from standard input, writes `<width>.webp` files into the folder named by its argument, and prints
width and height. Exit code 3 with a sentence on standard error says that the picture cannot be taken. Nothing of the
original's metadata is kept: it is turned as its camera held it, its colours become sRGB, and only pixels are written.
"""

import io
import json
import os
import resource
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
PIXELS_MAX = 40_000_000
SIDE_MAX = 20_000
REFUSED = 3
MEMORY_BYTES_MAX = 2**30
CPU_SECONDS_MAX = 10
OUTPUT_BYTES_MAX = 20 * 2**20
QUALITY = 80


def bound() -> None:
    """Give up what this process does not need; it steps aside for pages."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES_MAX, OUTPUT_BYTES_MAX))


def develop(data: bytes, folder: Path, widths: list[int]) -> tuple[int, int]:
    """Write the copies; returns the picture's own size. Raises ValueError with a sentence for what is not taken."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        width, height = opened.size
        if not (1 <= width <= SIDE_MAX and 1 <= height <= SIDE_MAX) or width * height > PIXELS_MAX:
            raise ValueError(f"{width} by {height} pixels are more than we show")
        opened.draft("RGB", (2 * max(widths), 2 * max(widths)))
        picture = _plain(ImageOps.exif_transpose(opened))
    turned = (height, width) if (picture.width > picture.height) != (width > height) else (width, height)
    for wanted in widths:
        across = min(wanted, picture.width)
        size = (across, max(1, round(picture.height * across / picture.width)))
        copy = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        copy.save(folder / f"{wanted}.webp", "WEBP", quality=QUALITY, method=4)
    return turned


def _plain(picture: Image.Image) -> Image.Image:
    """Pixels alone, in sRGB, with transparency where there is some."""
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except ImageCms.PyCMSError:
            converted = None
        picture = converted or picture
    picture = picture.convert(mode)
    picture.info.clear()
    return picture


def main() -> None:
    """One picture in, its copies out."""
    bound()
    try:
        width, height = develop(sys.stdin.buffer.read(), Path(sys.argv[1]), [int(text) for text in sys.argv[2:]])
    except (ValueError, OSError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
        sys.stderr.write(f"{error or type(error).__name__}\n")
        sys.exit(REFUSED)
    sys.stdout.write(json.dumps([width, height]))


if __name__ == "__main__":
    main()
