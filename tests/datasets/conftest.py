"""A dataset with an ontology, images drawn in memory, short ways to put items in."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from alp_site.people.models import Project, User
from datasets.models import Dataset, Item, Ontology
from datasets.services import create_dataset, create_ontology, upload

Draw = Callable[..., bytes]


def draw(seed: int = 0, size: tuple[int, int] = (8, 6), kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a small image; another seed gives other bytes."""
    image = Image.new("RGB", size, ((seed * 37) % 256, (seed * 11) % 256, (seed // 256) % 256))
    image.putpixel((0, 0), (seed % 256, seed // 256 % 256, 7))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def ontology(project: Project) -> Ontology:
    return create_ontology(project=project, name="Birds", labels=["robin", "wren", "owl"])


@pytest.fixture
def dataset(project: Project, engineer: User, ontology: Ontology) -> Dataset:
    return create_dataset(project=project, name="Raw", user=engineer, ontology=ontology)


@pytest.fixture
def fill(dataset: Dataset, engineer: User) -> Callable[..., list[Item]]:
    """`fill(3)` puts three images into the dataset and returns their items; `folder` and `first` vary names."""

    def put(count: int, folder: str = "/", first: int = 0, into: Dataset | None = None) -> list[Item]:
        files = [(f"{folder.rstrip('/')}/{n:04}.png", draw(n)) for n in range(first, first + count)]
        report = upload.add_many(dataset=into or dataset, files=files, user=engineer)
        assert not report.refused, report.refused
        return [Item.objects.select_related("dataset").get(pk=pk) for pk in report.item_ids]

    return put


@pytest.fixture
def op_id() -> Callable[[], str]:
    from alp_site.lib.ids import uuid7

    def make() -> str:
        return str(uuid7())

    return make


def as_uuid(text: str) -> uuid.UUID:
    return uuid.UUID(text)
