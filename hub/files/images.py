"""Pictures, decoded and encoded again, so that only their pixels are left.

Runs in the child. No EXIF, place, XMP, comment, text chunk, colour profile or second
frame survives. Which image a file is and its size by header: hub.files.pictures.
"""

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from hub.files.limits import MAX_PIXELS
from hub.files.pictures import check_size
from hub.files.refusals import FileRefused, Reason

if TYPE_CHECKING:
    from hub.files.kinds import Kind

FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
JPEG_QUALITY = 90  # print of a photo stays readable; about the size of the original
# What decoders raise at broken bytes. Half a picture is a broken picture.
TROUBLE = (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError)


def check(source: Path, name: str) -> None:
    """Ask the header once more, through the decoder that will be used.

    `name` is that of the kind. Raises `FileRefused`: TOO_BIG_INSIDE or BROKEN.
    """
    opened(source, name).close()


def rebuild(source: Path, target: Path, kind: "Kind") -> None:
    """Write the first frame, upright and in sRGB, as JPEG, PNG or WebP.

    HEIC becomes JPEG. Raises `FileRefused`: TOO_BIG_INSIDE or BROKEN.
    """
    picture = load(source, kind.name)
    if kind.name == "png":
        picture.save(target, "PNG")
    elif kind.name == "webp":
        picture.save(target, "WEBP", quality=JPEG_QUALITY, method=2)
    else:
        picture.save(target, "JPEG", quality=JPEG_QUALITY)


def load(source: Path, name: str) -> Image.Image:
    """The pixels alone, upright, in sRGB: mode L, RGB or RGBA; JPEG never RGBA."""
    image = _decoded(source, name)
    # Each step lets the picture before go: a large one fits into memory twice.
    image = ImageOps.exif_transpose(image)
    image = _plain(image, keep_alpha=name in ("png", "webp"))
    # A new picture of the same pixels: `info`, where Pillow keeps the rest, is empty.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def opened(source: Path, name: str) -> Image.Image:
    """Read the header with the one decoder of this kind, and hold it to the limits."""
    if name == "heic":
        import pillow_heif  # optional: hub.files.kinds asked whether it is there

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("ignore")  # pixel counts are refused below, not warned of
    try:
        image = Image.open(source, formats=[FORMATS[name]])
    except Image.DecompressionBombError as error:
        raise FileRefused(Reason.TOO_BIG_INSIDE, "pixels") from error
    except TROUBLE as error:
        raise FileRefused(Reason.BROKEN, type(error).__name__) from error
    try:
        check_size(*image.size)
    except FileRefused:
        image.close()
        raise
    return image


def _decoded(source: Path, name: str) -> Image.Image:
    with opened(source, name) as image:
        try:
            image.load()
        except TROUBLE as error:
            raise FileRefused(Reason.BROKEN, type(error).__name__) from error
        return image


def _plain(image: Image.Image, keep_alpha: bool) -> Image.Image:
    """Convert to a mode that every reader shows alike."""
    profile = image.info.get("icc_profile")
    transparent = image.has_transparency_data and keep_alpha
    mode = "RGBA" if transparent else "RGB"
    if image.mode.startswith(("I", "F")):  # 16 bits a pixel: only grey, only PNG
        return _eight_bits(image)
    if image.mode in ("1", "L") and not transparent:
        return image
    if isinstance(profile, bytes) and image.mode in ("RGB", "RGBA", "CMYK"):
        image = _to_srgb(image, profile)
    return image if image.mode == mode else image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    return image.convert("I").point(lambda value: value / 257).convert("L")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Apply the colour profile, which is then dropped; a broken one changes nothing."""
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image
