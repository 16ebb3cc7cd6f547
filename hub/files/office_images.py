"""Pictures inside office documents, encoded anew so that nothing but pixels is left.

A picture that is not decoded here (EMF, WMF, SVG, TIFF, damaged) is replaced by a grey
square: readers see that something was there. Images sent alone: hub.files.images.
"""

import io
import struct
import warnings

from PIL import Image
from PIL.ImageFile import ImageFile

from hub.files.limits import MAX_ALL_PIXELS, MAX_IMAGES
from hub.files.pictures import check_size
from hub.files.refusals import FileRefused, Reason

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")
_JPEG_QUALITY = 90
_PNG_LEVEL = 3  # six is three times as slow for a tenth less
_DAMAGED = (OSError, SyntaxError, ValueError, struct.error, IndexError, KeyError)


class ImageCopier:
    """Copies the pictures of one document; they share one allowance of pixels."""

    def __init__(self) -> None:
        self._pixels_left = MAX_ALL_PIXELS
        self._left = MAX_IMAGES

    def copy(self, data: bytes) -> tuple[bytes, str]:
        """(content, extension), extension "jpg" or "png".

        Raises FileRefused(TOO_BIG_INSIDE) for too many pictures or pixels.
        """
        self._left -= 1
        if self._left < 0:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "pictures")
        try:
            with warnings.catch_warnings():
                # Our own limit is lower than the one that Pillow warns of.
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                return self._encoded(data)
        except Image.DecompressionBombError as error:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "pixels") from error
        except _DAMAGED:
            return placeholder(), "png"

    def _encoded(self, data: bytes) -> tuple[bytes, str]:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
        check_size(*picture.size)
        self._pixels_left -= picture.width * picture.height
        if self._pixels_left < 0:
            raise FileRefused(Reason.TOO_BIG_INSIDE, "pixels of all pictures")
        out = io.BytesIO()
        pixels, name = _pixels(picture)
        pixels.info.clear()
        if name == "jpg":
            pixels.save(out, "JPEG", quality=_JPEG_QUALITY)
        else:
            pixels.save(out, "PNG", compress_level=_PNG_LEVEL)
        return out.getvalue(), name


def _pixels(picture: ImageFile) -> tuple[Image.Image, str]:
    if picture.format == "JPEG":
        keeps = picture.mode in ("L", "CMYK")
        return picture.convert(picture.mode if keeps else "RGB"), "jpg"
    if picture.mode.startswith("I"):  # sixteen bits of grey
        return picture.convert("I").point(lambda v: v * (1 / 256)).convert("L"), "png"
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB"), "png"


def placeholder() -> bytes:
    """A grey square, as PNG."""
    out = io.BytesIO()
    Image.new("L", (16, 16), 200).save(out, "PNG")
    return out.getvalue()
