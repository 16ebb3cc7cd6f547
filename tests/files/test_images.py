"""Of a picture only its pixels are published, upright.

Tried: saving the loaded picture itself (its comment survives), and leaving out the
orientation, each turn a test red.
"""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from hub.files import images
from hub.files.kinds import KINDS
from hub.files.reasons import FileRefused, Reason
from tests.files import pictures

pytestmark = pytest.mark.embedded  # says nothing about a database


def rebuilt(tmp_path: Path, data: bytes, name: str) -> tuple[bytes, Image.Image]:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(data)
    images.rebuild(source, target, KINDS[name])
    result = target.read_bytes()
    return result, Image.open(io.BytesIO(result))


def refusal(tmp_path: Path, data: bytes, name: str) -> Reason:
    with pytest.raises(FileRefused) as refused:
        rebuilt(tmp_path, data, name)
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "make"),
    [("jpeg", pictures.jpeg), ("png", pictures.png), ("webp", pictures.webp)],
)
def test_nothing_but_upright_pixels_is_left(
    name: str, make: Callable[[], bytes], tmp_path: Path
) -> None:
    original = make()
    assert b"Jeanne" in original
    result, picture = rebuilt(tmp_path, original, name)
    assert b"Jeanne" not in result
    assert picture.size == (20, 40)  # was 40 wide, and lay on its side
    red, _green, blue = picture.convert("RGB").getpixel((10, 2))  # type: ignore[misc]
    assert red > blue
    assert not picture.getexif()
    assert not {"comment", "xmp", "icc_profile", "exif", "Author"} & set(picture.info)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_depth_is_shown_alike(mode: str, tmp_path: Path) -> None:
    picture = pictures.striped("L") if mode == "I;16" else pictures.striped(mode)
    if mode == "I;16":
        picture = picture.convert("I").point(lambda value: value * 257).convert(mode)
    data = io.BytesIO()
    picture.save(data, "PNG")
    _result, shown = rebuilt(tmp_path, data.getvalue(), "png")
    expected = pictures.striped("L" if mode == "I;16" else mode).convert("RGB")
    assert shown.convert("RGB").tobytes() == expected.tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_of_any_colours_becomes_one_that_all_show(
    mode: str, tmp_path: Path
) -> None:
    _result, shown = rebuilt(tmp_path, pictures.jpeg(mode), "jpeg")
    assert shown.mode == ("L" if mode == "L" else "RGB")


def test_transparency_stays_where_the_kind_has_it(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(data, "PNG")
    _result, shown = rebuilt(tmp_path, data.getvalue(), "png")
    assert shown.getpixel((0, 0)) == (0, 0, 0, 0)


def test_a_colour_profile_is_applied_before_it_is_dropped(tmp_path: Path) -> None:
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Red and blue change places: what is stored as red is meant to be blue.
    swapped = (
        plain.replace(b"rXYZ", b"----")
        .replace(b"bXYZ", b"rXYZ")
        .replace(b"----", b"bXYZ")
    )
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(data, "PNG", icc_profile=swapped)
    _result, shown = rebuilt(tmp_path, data.getvalue(), "png")
    red, _green, blue = shown.getpixel((0, 0))  # type: ignore[misc]
    assert blue > red


def test_a_broken_colour_profile_is_dropped(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(data, "PNG", icc_profile=b"broken")
    _result, shown = rebuilt(tmp_path, data.getvalue(), "png")
    assert "icc_profile" not in shown.info


@pytest.mark.parametrize(("name", "kind"), [("webp", "WEBP"), ("png", "PNG")])
def test_of_an_animation_the_first_frame_is_left(
    name: str, kind: str, tmp_path: Path
) -> None:
    _result, shown = rebuilt(tmp_path, pictures.animation(kind), name)
    assert getattr(shown, "n_frames", 1) == 1
    red, green, _blue = shown.convert("RGB").getpixel((2, 2))  # type: ignore[misc]
    assert red > green


@pytest.mark.parametrize(
    ("name", "make"),
    [("jpeg", pictures.jpeg), ("png", pictures.png), ("webp", pictures.webp)],
)
def test_half_a_picture_is_broken(
    name: str, make: Callable[[], bytes], tmp_path: Path
) -> None:
    data = make()
    assert refusal(tmp_path, data[: len(data) - 40], name) == Reason.BROKEN
    assert refusal(tmp_path, data[:60], name) == Reason.BROKEN


def test_a_picture_of_another_kind_is_not_decoded(tmp_path: Path) -> None:
    assert refusal(tmp_path, pictures.png(), "jpeg") == Reason.BROKEN


def test_more_pixels_than_allowed_are_refused_by_the_header(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.new("1", (8_001, 8_000)).save(data, "PNG")
    assert refusal(tmp_path, data.getvalue(), "png") == Reason.TOO_BIG_INSIDE


def test_a_comment_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, pictures.packed_chunk(100 << 20), "png") in (
        Reason.BROKEN,
        Reason.TOO_BIG_INSIDE,
    )


def test_what_stands_behind_a_picture_is_gone(tmp_path: Path) -> None:
    for name, make in (("jpeg", pictures.jpeg), ("png", pictures.png)):
        result, _shown = rebuilt(tmp_path, make() + b"PK\3\4<script>", name)
        assert b"<script>" not in result
