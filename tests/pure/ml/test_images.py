"""Decoding: orientation, colour modes, bit depths, damage, order of the batches."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models_registry.ml.images import UnreadableImage, decode_batches, decode_square, spans
from tests.pure.ml.drawn import picture


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def half_and_half() -> Image.Image:
    """Left half red, right half blue, 40 x 20."""
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20, 0] = 255
    pixels[:, 20:, 2] = 255
    return Image.fromarray(pixels)


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to stand upright: the left side comes to the top
    pixels = decode_square(encoded(half_and_half(), "JPEG", exif=exif, quality=95), 16)
    assert pixels.shape == (16, 16, 3)
    assert pixels[2, 8, 0] > 200
    assert pixels[2, 8, 2] < 60
    assert pixels[13, 8, 2] > 200


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    form = "TIFF" if mode == "CMYK" else "PNG"
    pixels = decode_square(encoded(half_and_half().convert(mode), form), 8)
    assert pixels.shape == (8, 8, 3)
    assert pixels.dtype == np.uint8


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    grey = np.linspace(0, 65535, 64).reshape(8, 8).astype(np.uint16)
    pixels = decode_square(encoded(Image.fromarray(grey)), 8)
    assert len(np.unique(pixels)) > 30
    assert pixels.max() == 255


def test_path_and_bytes_give_the_same(tmp_path: Path) -> None:
    data = picture(0, 0)
    (tmp_path / "one.png").write_bytes(data)
    np.testing.assert_array_equal(decode_square(tmp_path / "one.png", 24), decode_square(data, 24))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\nrest", picture(0, 0)[:200], b"<svg/>"])
def test_damage_is_one_kind_of_error(data: bytes) -> None:
    with pytest.raises(UnreadableImage):
        decode_square(data, 8)


def test_batches_come_in_order_with_errors_at_their_index() -> None:
    images = [picture(i % 3, i, size=16) for i in range(70)]
    images[33] = b"broken"
    found = list(decode_batches(images, 16, 20, workers=3))
    assert [batch.start for batch in found] == [0, 20, 40, 60]
    joined = np.concatenate([batch.pixels for batch in found])
    assert {index for batch in found for index in batch.errors} == {33}
    for index in (0, 19, 20, 69):
        np.testing.assert_array_equal(joined[index], decode_square(images[index], 16))


@pytest.mark.parametrize(
    ("count", "streams", "sizes"),
    [
        (150, 1, [64, 64, 22]),
        (384, 2, [64, 64, 64, 64, 32, 32, 32, 32]),
        (150, 2, [32, 32, 32, 32, 22]),
        (10, 4, [10]),
        (0, 2, []),
    ],
)
def test_the_last_round_of_several_streams_is_cut_in_halves(count: int, streams: int, sizes: list[int]) -> None:
    found = spans(count, 64, streams)
    assert [len(span) for span in found] == sizes
    assert [row for span in found for row in span] == list(range(count))


def test_stopping_early_leaves_no_thread_waiting() -> None:
    for batch in decode_batches([picture(0, i, size=16) for i in range(200)], 16, 10):
        assert batch.start == 0
        break
