"""Pictures with everything that a camera or a sender hides in them."""

import io
import struct
import zlib

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

SECRET = "Jeanne Martin, 48.8566 N"
ROTATED = 6  # EXIF: the top of the picture is at its right


def striped(mode: str = "RGB") -> Image.Image:
    """40 x 20, left half red, right half blue: shows which side is up."""
    picture = Image.new("RGB", (40, 20), "red")
    picture.paste("blue", (20, 0, 40, 20))
    return picture.convert(mode)


def secrets() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = ROTATED
    exif[0x010F] = SECRET  # the camera
    exif.get_ifd(0x8825)[29] = SECRET  # the place
    return exif


def jpeg(mode: str = "RGB") -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = io.BytesIO()
    striped(mode).save(
        out, "JPEG", exif=secrets(), comment=SECRET, icc_profile=profile, dpi=(72, 72),
        xmp=SECRET.encode(), quality=95,
    )  # fmt: skip
    return out.getvalue()


def png(mode: str = "RGB") -> bytes:
    text, out = PngInfo(), io.BytesIO()
    text.add_text("Author", SECRET)
    text.add_text("Comment", SECRET, zip=True)
    text.add_itxt("XML:com.adobe.xmp", SECRET)
    striped(mode).save(out, "PNG", exif=secrets(), pnginfo=text)
    return out.getvalue()


def webp() -> bytes:
    out = io.BytesIO()
    striped().save(out, "WEBP", exif=secrets(), xmp=SECRET.encode(), lossless=True)
    return out.getvalue()


def animation(kind: str) -> bytes:
    """Two frames; the second is green all over."""
    out, second = io.BytesIO(), Image.new("RGB", (40, 20), "green")
    striped().save(out, kind, save_all=True, append_images=[second], duration=10)
    return out.getvalue()


def packed_chunk(size: int) -> bytes:
    """A PNG whose compressed comment unpacks to `size` bytes."""
    body = b"Comment\0\0" + zlib.compress(bytes(size), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + body))
    plain = io.BytesIO()
    striped().save(plain, "PNG")
    data = plain.getvalue()
    return data[:33] + chunk + data[33:]
