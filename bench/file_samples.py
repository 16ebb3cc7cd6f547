"""Files of the usual sizes, made with a seed and never twice: clamd remembers bytes."""

import random
from io import BytesIO

import pikepdf
from PIL import Image

PDF_BYTES = 200_000
PDF_PAGES = 20
PHOTO_SIZE = (4000, 3000)  # pixels; about 3 MB with the grain below


def pdf(chance: random.Random) -> bytes:
    """Pages of text and one grey picture of noise, which nothing can pack."""
    with pikepdf.new() as made:
        for _page in range(PDF_PAGES):
            made.add_blank_page()
            drawn = f"BT /F1 12 Tf 72 700 Td ({chance.getrandbits(4000):x}) Tj ET"
            made.pages[-1].obj.Contents = made.make_stream(drawn.encode())
        side = int((PDF_BYTES - PDF_PAGES * 1000) ** 0.5)
        image = made.make_stream(chance.randbytes(side * side))
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width = image.Height = side
        image.BitsPerComponent, image.ColorSpace = 8, pikepdf.Name.DeviceGray
        images = pikepdf.Dictionary(Im0=image)
        made.pages[0].obj.Resources = pikepdf.Dictionary(XObject=images)
        out = BytesIO()
        made.save(out)
        return out.getvalue()


def photo(chance: random.Random) -> bytes:
    """A JPEG of 12 megapixels: soft colours with some grain."""
    soft, grain = (_noise(chance, size) for size in ((200, 150), (1000, 750)))
    out = BytesIO()
    Image.blend(soft, grain, 0.16).save(out, "JPEG", quality=92)
    return out.getvalue()


def _noise(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    data = chance.randbytes(size[0] * size[1] * 3)
    small = Image.frombytes("RGB", size, data)
    return small.resize(PHOTO_SIZE, Image.Resampling.BICUBIC)
