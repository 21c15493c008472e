"""Import from a folder: what is new comes in once, what is no image is told, and nothing outside is ever read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project
from datasets.models import Dataset, Item
from datasets.services import folders
from pipelines.engine.graph import GraphFormatError
from pipelines.models import NodeExecution, Pipeline
from pipelines.services.firing import fire_once
from pipelines.services.pipelines import create_pipeline, problems_of
from tests.datasets.conftest import draw
from tests.pipelines.conftest import graph
from tests.pipelines.nodes.conftest import real

pytestmark = pytest.mark.django_db
Running = Callable[..., Pipeline]
CLOCK = [{"id": "daily", "node": "f", "kind": "cron", "spec": {"cron": "0 6 * * *", "skip_unchanged": False}}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the operator opened, with five images, a text and a hidden file below ``day``."""
    root = tmp_path / "open"
    (root / "day").mkdir(parents=True)
    for number in range(5):
        (root / "day" / f"{number}.png").write_bytes(draw(number))
    (root / "day" / "notes.txt").write_text("no image")
    (root / "day" / ".hidden.png").write_bytes(draw(9))
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.png").write_bytes(draw(10))
    monkeypatch.setattr(folders, "ENV", replace(folders.ENV, import_dir=str(root)))
    return root


def spec(dataset: Dataset, **config: Any) -> dict[str, Any]:
    node = real("f", "import_folder", inputs={"dataset": {"fixed": str(dataset.pk)}}, **config)
    return graph([node], triggers=CLOCK)


def fire(pipeline: Pipeline, key: str) -> NodeExecution:
    fire_once(trigger=pipeline.triggers.get(), key=key)
    settle()
    return NodeExecution.objects.filter(pipeline=pipeline).latest("id")


def names(dataset: Dataset) -> list[str]:
    return sorted(Item.objects.filter(dataset=dataset, type="file").values_list("filename", flat=True))


def test_new_images_come_in_once_and_the_rest_is_told(running: Running, folder: Path, raw: Dataset) -> None:
    pipeline = running(spec(raw, prefix="day", directory="/in", limit=3))
    first = fire(pipeline, "a")
    assert failed_jobs() == []
    assert (first.action, first.outputs["report"]["added"]) == ("more", 3)
    second = fire(pipeline, "b")
    assert names(raw) == [f"/in/{n}.png" for n in range(5)]
    report = second.outputs["report"]
    assert (second.action, report["added"], report["there"], report["refused"]) == ("done", 2, 3, 1)
    assert report["reasons"][0]["filename"] == "notes.txt"
    assert report["reasons"][0]["message"]
    third = fire(pipeline, "c")
    assert (third.outputs["report"]["added"], len(names(raw))) == (0, 5)


def test_nothing_outside_the_opened_folder_is_read(running: Running, folder: Path, raw: Dataset) -> None:
    (folder / "day" / "link.png").symlink_to(folder.parent / "secret" / "s.png")
    (folder / "way").symlink_to(folder.parent / "secret", target_is_directory=True)
    fire(running(spec(raw)), "a")
    assert names(raw) == [f"/day/{n}.png" for n in range(5)]


@pytest.mark.parametrize("prefix", ["../secret", "day/../../secret", "way", "nowhere", "/../secret", "x" * 400])
def test_a_folder_outside_or_none_is_a_problem(project: Project, folder: Path, raw: Dataset, prefix: str) -> None:
    (folder / "way").symlink_to(folder.parent / "secret", target_is_directory=True)
    made = create_pipeline(project=project, name="x", graph=spec(raw, prefix=prefix))
    assert {p.code for p in problems_of(made)} == {"folder_closed"}


def test_a_folder_with_a_nul_is_refused_before_it_is_stored(project: Project, folder: Path, raw: Dataset) -> None:
    with pytest.raises(GraphFormatError, match="zero byte"):
        create_pipeline(project=project, name="x", graph=spec(raw, prefix="a\0b"))


def test_without_an_opened_folder_it_does_not_start(project: Project, raw: Dataset) -> None:
    made = create_pipeline(project=project, name="x", graph=spec(raw))
    assert {p.code for p in problems_of(made)} == {"folder_closed"}


def test_a_folder_that_went_fails_the_execution_with_the_reason(
    running: Running, folder: Path, raw: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = running(spec(raw))
    monkeypatch.setattr(folders, "ENV", replace(folders.ENV, import_dir=""))
    assert fire(pipeline, "a").error_code == "folder_closed"
