"""Agreement scores, kept up to date: what was said of an item is due, a job compares it and writes the rows in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from alp_site.lib.db import now
from alp_site.lib.db_rows import insert_rows, new_row
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job
from datasets.models import Item, TestSetVersion
from models_registry.errors import NotTrained
from models_registry.ml.agreement import Row, score_annotations, summarise
from models_registry.models import AnnotationScore, ItemScore, Model, ScoreDue
from models_registry.selectors.catalogue import info
from models_registry.selectors.ground_truth import gather_test_set
from models_registry.selectors.statements import Subject, family_of, subjects
from models_registry.services import prediction
from models_registry.services.score_notes import APPROVED, COPIED, LOOKUP, SCORED, mark_due

__all__ = ["COLLECT", "KIND", "collect", "request_due", "request_scores", "score_due"]

KIND = "models.scores"
COLLECT = "models.scores_collect"
CHUNK = 32  # items that are compared at once
ROWS = 1000  # of a transaction
PREDICTED = 256  # items between two looks at the cancel flag


@dataclass(frozen=True)
class _Scored:
    subject: Subject
    rows: Sequence[Row]


def request_due() -> None:
    """A job for each project where something is due. Safe to repeat: a job that is open is the one."""
    for project in ScoreDue.objects.order_by().values_list("project_id", flat=True).distinct():
        _request(project)


def _request(project: UUID) -> Job:
    """One job at a time compares in a project, so no two write the same scores."""
    payload = {"project": str(project)}
    return enqueue(KIND, key=f"scores:{project}", payload=payload, project_id=project, title="Score agreement")


def request_scores(*, project_id: UUID, person_id: UUID | None = None, model_id: UUID | None = None) -> Job:
    """Looks at everything of the project anew; or has a version predict the items of its test set, and compares that.
    Raises NotTrained for a version that says nothing or has no test set."""
    model = Model.objects.get(pk=model_id, deleted_at__isnull=True) if model_id else None
    version = _test_set_of(model) if model else None
    if model is not None and (version is None or not model.can_predict):
        raise NotTrained(f"{model.name} has no weights or no test set.", model=str(model.pk))
    return enqueue(
        COLLECT,
        key=f"scores_collect:{model.pk if model else project_id}",
        payload={"project": str(project_id), "model": str(model.pk) if model else "", "version": str(version)},
        project_id=project_id,
        title=f"Score {model.name} on its test set" if model else "Score agreement anew",
        created_by=person_id,
    )


def _test_set_of(model: Model) -> UUID | None:
    """Its own; of one that was imported, what the best version is judged on."""
    best = Model.objects.filter(project_id=model.project_id, stage=Model.Stage.BEST, deleted_at__isnull=True)
    return model.test_set_version_id or best.values_list("test_set_version_id", flat=True).first()


def collect(run: Run) -> None:
    """The job that notes what is to be compared. One that is claimed again notes it once more, which does no harm."""
    project = UUID(run.payload["project"])
    if run.payload["model"]:
        version = TestSetVersion.objects.get(pk=run.payload["version"])
        _predict_test_set(run, Model.objects.get(pk=run.payload["model"]), version)
    else:
        _note_everything(run, project)
    with run.commit():
        _request(project)
        run.finish()


def _note_everything(run: Run, project: UUID) -> None:
    rows = Item.objects.filter(dataset__project_id=project, deleted_at=None)
    rows = rows.filter(APPROVED | COPIED | SCORED)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), LOOKUP):
        run.stop_if_cancelled()
        with run.commit():
            mark_due(item_ids=ids[start : start + LOOKUP])
        run.progress(start, len(ids), "collecting")


def _predict_test_set(run: Run, model: Model, version: TestSetVersion) -> None:
    """What is true of the items is read when they are compared: a test set version's own labels serve evaluations."""
    items = [UUID(example.item) for example in gather_test_set(info(model.adapter), version).examples]
    for start in range(0, len(items), PREDICTED):
        run.stop_if_cancelled()
        part = items[start : start + PREDICTED]
        prediction.ensure(model.pk, part)
        with run.commit():
            mark_due(item_ids=part)
        run.progress(start + len(part), len(items), "running the test set")


def score_due(run: Run) -> None:
    """The job. May run twice, and may be killed: what is compared is written first, then its notes are taken off."""
    project = UUID(run.payload["project"])
    done = 0
    while True:
        run.stop_if_cancelled()
        notes = list(ScoreDue.objects.filter(project_id=project).order_by("pk").values_list("pk", "item_id")[:LOOKUP])
        if not notes:
            return
        by_item: dict[UUID, list[int]] = defaultdict(list)
        for pk, item in notes:
            by_item[item].append(pk)
        items = list(by_item)
        for start in range(0, len(items), CHUNK):
            run.stop_if_cancelled()
            part = items[start : start + CHUNK]
            _score(run, part, [pk for item in part for pk in by_item[item]])
            done += len(part)
            run.progress(done, done + ScoreDue.objects.filter(project_id=project).count(), "comparing")


def _score(run: Run, item_ids: Sequence[UUID], notes: Sequence[int]) -> None:
    """Brings the scores of these items, and of the copies they share a picture with, up to date."""
    items = family_of(item_ids)
    wanted = {subject.key: subject for subject in subjects(items)}
    scope = {item.pk for item in items} | set(item_ids)
    known = dict(ItemScore.objects.filter(item_id__in=scope).values_list("key", "basis"))
    fresh = [one for key, one in wanted.items() if known.get(key) != one.basis]
    scored = [
        _Scored(one, score_annotations(one.truth, one.found, one.size_wh, attributes=one.attributes)) for one in fresh
    ]
    for part in _portions(scored):
        with run.commit():
            ItemScore.objects.filter(key__in=[one.subject.key for one in part]).delete()
            _insert(part)
    with run.commit():
        ItemScore.objects.filter(key__in=[key for key in known if key not in wanted]).delete()
        ScoreDue.objects.filter(pk__in=notes).delete()


def _portions(scored: Sequence[_Scored]) -> Iterator[list[_Scored]]:
    """What fits into one short transaction."""
    part: list[_Scored] = []
    size = 0
    for one in scored:
        if part and size + len(one.rows) + 1 > ROWS:
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one.rows) + 1
    if part:
        yield part


def _insert(scored: Sequence[_Scored]) -> None:
    moment = now()
    heads, rows = [], []
    for one in scored:
        head = _head(one, moment)
        heads.append(head)
        rows += [_row(head, at, row) for at, row in enumerate(one.rows)]
    if heads:
        insert_rows(heads)
    AnnotationScore.objects.bulk_create(rows, batch_size=LOOKUP)


def _head(one: _Scored, moment: Any) -> ItemScore:
    subject, means = one.subject, summarise(one.rows)
    score = means["score"]
    return new_row(
        ItemScore,
        project_id=subject.project,
        item_id=subject.item,
        kind=subject.kind,
        key=subject.key,
        basis=subject.basis,
        model_id=subject.model,
        person_id=subject.person,
        other_id=subject.other,
        task_id=subject.task,
        label=means["label"],
        attributes=means["attributes"],
        geometry=means["geometry"],
        score=1.0 if score is None else score,
        truths=len(subject.truth),
        found=len(subject.found),
        matched=sum(row.truth is not None and row.found is not None for row in one.rows),
        at=moment,
    )


def _row(head: ItemScore, place: int, row: Row) -> AnnotationScore:
    return AnnotationScore(
        of_id=head.pk, place=place, type=row.type, truth=row.truth or "", found=row.found or "",
        truth_label=row.truth_label or "", found_label=row.found_label or "", confidence=row.confidence,
        label=row.label, attributes=row.attributes, geometry=row.geometry, score=row.score,
    )  # fmt: skip
