"""The Code node through a running pipeline: what it may write, what fails alone, versions, tries, a killed worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alp_site.lib import jobs, sandbox
from alp_site.lib.models import Job
from alp_site.lib.sandbox import confine
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, Role, User
from alp_site.people.permissions import ACTIONS
from datasets.models import Annotation, Dataset, Item
from pipelines.engine.graph import from_json
from pipelines.engine.validate import validate
from pipelines.models import CodeVersion, NodeExecution, Pipeline
from pipelines.services import execution
from pipelines.services.pipelines import create_pipeline, problems_of, save_pipeline
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, link, node, real_db
from tests.pipelines.nodes.conftest import Upload, real

pytestmark = [real_db, pytest.mark.skipif(bool(confine.why_not()), reason=confine.why_not() or "there is a sandbox")]
Running = Callable[..., Pipeline]


def coded(body: str, **config: Any) -> dict[str, Any]:
    """created item → the code → end; and by the action ``odd`` → odd."""
    code = "def run(item, context):\n" + "\n".join(" " + line for line in body.split("\n"))
    nodes, links = [node("a"), real("c", "code", code=code, **config), node("end")], ["a -> c", link("c -> end")]
    if config.get("actions"):
        nodes, links = [*nodes, node("odd")], [*links, link("c -> odd", action="odd")]
    return graph(nodes, links)


def runs(pipeline: Pipeline, node_id: str = "c") -> list[NodeExecution]:
    return list(NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id).order_by("id"))


def test_items_when_code_writes_metadata_then_merged_and_passed_on(running: Running, upload: Upload) -> None:
    pipeline = running(coded('print("saw", item["name"])\nreturn {"metadata": {"user": {"wide": item["width"] > 1}}}'))
    items = upload(3)
    settle()
    assert failed_jobs() == []
    assert [run.status for run in runs(pipeline, "end")] == ["done"] * 3
    assert all(Item.objects.get(pk=item.pk).metadata["user"]["wide"] is True for item in items)
    assert runs(pipeline)[0].log == f"saw {items[0].name}\n"


def test_batch_when_one_item_raises_loops_or_lies_then_it_fails_alone(running: Running, upload: Upload) -> None:
    body = (
        'n = int(item["name"][:4])\nif n == 1: raise ValueError("one")\n'
        "if n == 2:\n while True: pass\n"
        'if n == 3: return {"outputs": {"item": context.parameters["stranger"]}}\n'
        'if n == 4: return {"action": "none"}\n'
        'if n == 5: return {"metadata": {"user": {"a": 1}}, "annotations": [{"type": "class", "label": "unknown"}]}\n'
    )
    stranger = "0198c0de-0000-7000-8000-000000000000"
    pipeline = running(coded(body, parameters={"stranger": stranger}, seconds=1))
    items = upload(7)
    settle()
    found = {run.arrived["item"]: (run.status, run.error_code) for run in runs(pipeline)}
    assert [found[str(item.pk)] for item in items] == [
        ("done", ""), ("failed", "code_error"), ("failed", "timeout"), ("failed", "bad_result"),
        ("failed", "bad_result"), ("failed", "invalid"), ("done", ""),
    ]  # fmt: skip
    failed = NodeExecution.objects.get(pipeline=pipeline, error_code="code_error")
    assert "ValueError: one (line 3)" in failed.error
    assert failed.error_data["line"] == 3
    assert "user" not in Item.objects.get(pk=items[5].pk).metadata, "all or nothing"


def test_action_when_returned_then_it_picks_the_connection(running: Running, upload: Upload) -> None:
    pipeline = running(coded('return {"action": "odd"} if int(item["name"][3]) % 2 else None', actions=["odd"]))
    items = upload(4)
    settle()
    assert {run.arrived["item"] for run in runs(pipeline, "odd")} == {str(items[1].pk), str(items[3].pk)}


def test_annotations_when_returned_then_made_changed_and_deleted(running: Running, upload: Upload) -> None:
    body = (
        'known = [a for a in item["annotations"] if a["label"] == "circle"]\n'
        'if not known: return {"annotations": [{"type": "class", "label": "circle"}]}\n'
        'return {"annotations": [{"id": known[0]["id"], "delete": True}]}'
    )
    spec = coded(body)
    spec["connections"].append(link("end -> again"))
    spec["nodes"].append({**spec["nodes"][1], "id": "again"})
    running(spec)
    (item,) = upload(1)
    settle()
    (row,) = Annotation.objects.filter(item=item)
    assert (row.label, row.creator, row.deleted_at is not None) == ("circle", None, True)


def test_picture_when_asked_for_and_saved_then_a_new_item(running: Running, upload: Upload, truth: Dataset) -> None:
    body = 'image = context.open_image()\ncontext.save_image(image.rotate(90), "turned.png")'
    ports = [{"name": "item", "type": "Item"}, {"name": "dataset", "type": "Dataset"}]
    out = [{"name": "item", "type": "Item"}, {"name": "images", "type": "Item[]"}]
    spec = coded(body, image=True, outputs=out)
    spec["nodes"][1]["config"]["inputs"] = ports
    spec["nodes"][1]["inputs"] = {"dataset": {"fixed": str(truth.pk)}}
    pipeline = running(spec)
    upload(2)
    settle()
    assert failed_jobs() == []
    made = set(Item.objects.filter(dataset=truth, type="file").values_list("name", flat=True))
    assert made == {"turned.png"}
    assert all(len(run.outputs["images"]) == 1 for run in runs(pipeline))


def test_variables_when_read_then_as_they_are_now(running: Running, upload: Upload) -> None:
    spec = coded('return {"metadata": {"user": {"t": context.variables["threshold"] + context.parameters["k"]}}}')
    spec["nodes"][1]["config"]["parameters"] = {"k": 2}
    spec["variables"] = [{"name": "threshold", "type": "Number", "value": 0.5}]
    running(spec)
    (item,) = upload(1)
    settle()
    assert Item.objects.get(pk=item.pk).metadata["user"]["t"] == 2.5


@pytest.mark.parametrize(
    ("code", "says"), [("def run(item, context)\n pass", "line 1"), ("x = 1", "no function run"), ("(" * 500, "")]
)
def test_code_when_it_does_not_parse_then_a_problem_with_its_line(code: str, says: str) -> None:
    spec = coded("pass")
    spec["nodes"][1]["config"]["code"] = code
    (problem,) = [p for p in validate(from_json(spec)) if p.node == "c"]
    assert (problem.code, problem.field) == ("bad_code", "code")
    assert says in problem.message


def test_machine_when_it_has_no_sandbox_then_a_problem_and_every_item_is_refused(
    project: Project, running: Running, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = running(coded("pass"))
    monkeypatch.setattr(sandbox, "why_not", lambda: "The kernel gives no Landlock.")
    monkeypatch.setattr(sandbox.run, "why_not", lambda: "The kernel gives no Landlock.")
    (problem,) = problems_of(pipeline)
    assert (problem.code, problem.node) == ("sandbox_unavailable", "c")
    upload(1)
    settle()
    (run,) = runs(pipeline)
    assert run.status == "failed"
    assert "Landlock" in run.error


def test_worker_when_killed_while_code_runs_then_its_effects_are_there_once(
    running: Running, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies after the code ran and before anything was committed; another takes the work again."""
    body = (
        'return {"annotations": [{"type": "class", "label": "circle"}], '
        '"metadata": {"user": {"id": context.execution_id}}}'
    )
    pipeline = running(coded(body))
    items = upload(3)
    commit = execution._Worker._commit

    def die(worker: Any, batch: Any, *args: Any) -> None:
        if batch.spot.id == "c":
            raise SystemExit("killed")
        commit(worker, batch, *args)

    monkeypatch.setattr(execution._Worker, "_commit", die)
    with pytest.raises(SystemExit):
        settle()
    assert not Annotation.objects.exists()
    monkeypatch.setattr(execution._Worker, "_commit", commit)
    Job.objects.filter(state="running").update(lease_until="2020-01-01T00:00:00Z", rung_at=None)
    for job in Job.objects.filter(state="running"):
        jobs.run_job(str(job.pk), heartbeat=False)
    settle()
    assert [run.status for run in runs(pipeline)] == ["done"] * 3
    assert [Annotation.objects.filter(item=item).count() for item in items] == [1, 1, 1]
    assert [run.attempt for run in runs(pipeline)] == [2] * 3
    assert all(Item.objects.get(pk=run.arrived["item"]).metadata["user"]["id"] == str(run.pk) for run in runs(pipeline))
    assert len(runs(pipeline, "end")) == 3


# --- versions and test runs


def test_versions_when_saved_then_each_text_once_with_its_author(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    pipeline = create_pipeline(project=project, name="P", graph=coded("return None"), user=owner)
    for body in ("return {}", "return None", "return {}"):
        pipeline = save_pipeline(pipeline=pipeline, graph=coded(body), user=owner)
    assert CodeVersion.objects.filter(pipeline=pipeline).count() == 2
    body = client_as("viewer").get(f"/api/v1/pipelines/{pipeline.pk}/code/versions/?node=c&limit=1").json()
    assert [row["code"] for row in body["items"]] == ["def run(item, context):\n return {}"]
    assert body["items"][0]["author"]["id"] == str(owner.pk)
    assert body["next"]


def test_code_when_written_without_the_right_then_refused_whatever_the_door(
    project: Project, owner: User, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = create_pipeline(project=project, name="P", graph=coded("return None"), user=owner)
    monkeypatch.setitem(ACTIONS, "code.edit", frozenset({Role.OWNER}))
    address, engineer = f"/api/v1/pipelines/{pipeline.pk}/", client_as("engineer")
    document = engineer.get(f"{address}export/").json()
    moved = coded("return None")
    moved["nodes"][0]["position"] = {"x": 7, "y": 7}
    assert engineer.patch(address, {"graph": moved}).status_code == 200, "the text was there before"
    own = {"graph": coded("return {}")}
    doors = [
        (address, "patch", own),
        (f"/api/v1/projects/{project.pk}/pipelines/", "post", {"name": "Q", **own}),
        (f"/api/v1/projects/{project.pk}/pipelines/import/", "post", {"document": document}),
    ]
    for door, method, body in doors:
        answer = getattr(engineer, method)(door, body)
        assert (answer.status_code, answer.json()["error"]["data"]) == (403, {"action": "code.edit"}), door
    assert CodeVersion.objects.count() == Pipeline.objects.count() == 1
    assert client_as("owner").patch(address, own).status_code == 200


def test_test_run_when_asked_for_then_answer_print_and_error_with_its_line(
    project: Project, owner: User, client_as: ClientAs, upload: Upload
) -> None:
    pipeline = create_pipeline(project=project, name="P", graph=coded("return None"), user=owner)
    (item,) = upload(1)
    client, address = client_as("engineer"), f"/api/v1/pipelines/{pipeline.pk}/code/test/"

    def tried(code: str) -> dict[str, Any]:
        sent = client.post(address, {"config": {"code": code}, "item": str(item.pk)}, format="json")
        assert sent.status_code == 202, sent.json()
        assert sent.json()["done"] is False
        settle()
        body: dict[str, Any] = client.get(f"/api/v1/code-tests/{sent.json()['id']}/").json()
        assert body["done"] is True
        reply: dict[str, Any] = body["reply"]
        return reply

    good = tried("def run(item, context):\n print('hi')\n return {'metadata': {'user': {'a': 1}}}")
    assert (good["ok"], good["stdout"]) == (True, "hi\n")
    assert good["result"] == {"metadata": {"user": {"a": 1}}, "outputs": {"item": str(item.pk)}}
    assert "user" not in Item.objects.get(pk=item.pk).metadata, "a test run writes nothing"
    bad = tried("def run(item, context):\n print('hi')\n return item['nothing']")
    assert (bad["ok"], bad["error"]["code"], bad["error"]["line"]) == (False, "code_error", 3)
    assert client_as("reviewer").post(address, {}, format="json").status_code == 403
    assert client_as("reviewer").get(f"/api/v1/code-tests/{pipeline.pk}/").status_code == 404
    wrong = client.post(address, {"config": {"code": 7}}, format="json")
    assert wrong.status_code == 400
