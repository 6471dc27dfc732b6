"""Small PNG previews of pictures, made with Pillow inside the reading process.

Imported only when a mail has a picture. The header is read first: what has too many pixels is never decoded.
"""

from __future__ import annotations

import io
import time
import warnings
from importlib import import_module
from typing import TYPE_CHECKING

from PIL import Image, ImageFile

from mailbot.adapters.reading.fingerprints import find_fingerprint
from mailbot.adapters.reading.pictures import FORMATS, PictureView, find_pictures, has_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.reading.wire import MailReading

# Twice the width at which letters show a picture (536), for displays with small pixels; also the width of telephones'
# screenshots, which are not resampled then. A long scrolled page may be four times as high as it is wide.
WIDTH, HEIGHT = 1080, 4320
# A letter shows the file itself up to this size (bytes); below the second one nobody asks whether it is whole.
LETTER_BYTES, SMALL_BYTES = 400_000, 65_536
# A small file may unpack to what stops a reader's telephone; the photographs of telephones have so many pixels.
LETTER_PIXELS = 12_500_000
# The pictures of one mail are decoded for so long (seconds of processor time), the rest keeps its size in pixels only.
SECONDS = 2.0
_SHOWABLE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_ORIENTATION = 0x0112
# How to turn a picture for each value of the EXIF tag Orientation (CIPA DC-008 4.6.5); 1 is upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_THE_SIDE = frozenset({5, 6, 7, 8})
# A JPEG is made smaller for its fingerprint, but not below this width and height.
_FEWEST_PIXELS = 256
_COLOURS = 256
_COMPRESSION = 3  # of 9: a tenth larger than 6 and three times as fast


def look_at_pictures(reading: MailReading, most_pixels: int) -> Iterator[tuple[str, PictureView]]:
    """Yield SHA-256 and view of each picture of a mail."""
    begun = time.process_time()
    for file in find_pictures(reading):
        has_time = time.process_time() - begun < SECONDS
        yield file.sha256, look_at(reading.files[file.sha256], file.content_type, most_pixels, has_time=has_time)


def look_at(data: bytes, content_type: str, most_pixels: int, *, has_time: bool = True) -> PictureView:
    """Return what is to be known of a picture, with its preview if it needs one. Never raises."""
    try:
        image = _open(data, content_type, most_pixels)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return PictureView(problem="it has more pixels than limits.picture_pixels allows, so it has no preview")
    except Exception:  # noqa: BLE001 - a decoder raises what it likes; the file is kept as it is
        return PictureView(problem="its header cannot be read, so it has no preview")
    is_noted = has_notes(data)
    turn = _find_turn(image) if is_noted and content_type != "image/tiff" else 1  # Pillow turns TIFF itself
    width, height = image.size[::-1] if turn in _ON_THE_SIDE else image.size
    is_light = len(data) <= LETTER_BYTES and width * height <= LETTER_PIXELS
    as_it_is = content_type in _SHOWABLE and not is_noted and is_light
    is_small = as_it_is and len(data) <= SMALL_BYTES and width <= WIDTH
    if is_small or not has_time:
        problem = "" if as_it_is else "the pictures of the mail are too many for previews of all"
        fingerprint = _look_of(image) if is_small and has_time else ""
        return PictureView(width, height, as_it_is, problem=problem, fingerprint=fingerprint)
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # other libraries switch it on for the whole process
    try:
        preview, fingerprint = (b"", find_fingerprint(_decoded(image))) if as_it_is else _make_preview(image, turn)
    except MemoryError:
        return PictureView(width, height, as_it_is, problem="a preview of it needs more memory than may be used")
    except Exception:  # noqa: BLE001 - cut short or damaged: what there is may still show something
        return _look_at_damaged(data, content_type, most_pixels, PictureView(width, height), turn)
    return PictureView(width, height, as_it_is, preview, fingerprint=fingerprint)


def _look_of(image: Image.Image) -> str:
    """Return the fingerprint of a picture that needs no preview, or nothing where it cannot be decoded."""
    try:
        return find_fingerprint(_decoded(image))
    except Exception:  # noqa: BLE001 - see look_at(); such a picture is shown as it is, and is like no other
        return ""


def _decoded(image: Image.Image) -> Image.Image:
    """Return what a fingerprint is made of; a JPEG is decoded at a fraction of its size, which is all that it takes."""
    if image.format == "JPEG":
        image.draft("L", (_FEWEST_PIXELS, _FEWEST_PIXELS))
    return _in_full_colours(image)


def _open(data: bytes, content_type: str, most_pixels: int) -> Image.Image:
    """Read the header; nothing is decoded yet. Pillow's own limits are set as well (they count frames inside, too)."""
    import_module(f"PIL.{FORMATS[content_type].capitalize().replace('Webp', 'WebP')}ImagePlugin")
    Image.MAX_IMAGE_PIXELS = most_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data), formats=[FORMATS[content_type]])


def _find_turn(image: Image.Image) -> int:
    """Return the EXIF orientation; 1 when there is none or it makes no sense."""
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - notes of a camera are no reason to lose a preview
        return 1
    return turn if turn in _TURNS else 1


def _look_at_damaged(data: bytes, content_type: str, most_pixels: int, known: PictureView, turn: int) -> PictureView:
    """Return a view of what can be decoded of a damaged picture; letters never show such a file itself."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        preview, _ = _make_preview(_open(data, content_type, most_pixels), turn)
    except Exception:  # noqa: BLE001 - see look_at()
        return PictureView(known.width, known.height, problem="it is damaged, so it has no preview")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    problem = "it is cut short or damaged; its preview shows what is there"
    return PictureView(known.width, known.height, preview=preview, problem=problem)


def _make_preview(image: Image.Image, turn: int) -> tuple[bytes, str]:
    """Return a PNG without any notes (small, turned upright, on white, at most 256 colours), and the fingerprint."""
    bounds = (HEIGHT, WIDTH) if turn in _ON_THE_SIDE else (WIDTH, HEIGHT)
    if image.format != "JPEG":  # a JPEG is best decoded at a fraction of its size, which thumbnail() asks for
        image = _in_full_colours(image)
    image.thumbnail(bounds, Image.Resampling.HAMMING, reducing_gap=2.0)
    small = _on_white(image)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    fingerprint = find_fingerprint(small)
    if small.mode == "RGB":
        small = small.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.info.clear()
    target = io.BytesIO()
    small.save(target, "PNG", compress_level=_COMPRESSION)
    return target.getvalue(), fingerprint


def _in_full_colours(image: Image.Image) -> Image.Image:
    """Return the decoded first frame in a mode that can be made smaller well; 16 bits become 8."""
    image.load()
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "I":
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"} else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"LA", "RGBA"}:
        white = Image.new("RGB", image.size, "white")
        white.paste(image.convert("RGB"), mask=image.getchannel("A"))
        return white
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")
