"""Making versions: from a base model and ground truth, or registered from outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.db import now, on_commit, write
from alp_site.lib.errors import Invalid
from alp_site.people.models import Project
from datasets.models import Dataset, TestSetVersion
from models_registry.errors import EmptySubset, OverlappingSubsets, WrongStatus
from models_registry.ml.adapters import AdapterInfo
from models_registry.models import NAME_MAX, Model, ModelLog, ModelTag
from models_registry.selectors import annotators, catalogue
from models_registry.selectors.ground_truth import (
    COLUMNS,
    SHAPE_COLUMNS,
    Gathered,
    ShapeSubset,
    Subset,
    gather,
    gather_test_set,
)
from models_registry.selectors.samples import scratch_name
from models_registry.services import artifacts, names, stages

__all__ = [
    "VersionDraft",
    "create_model_version",
    "delete_model",
    "draft_version",
    "free_name",
    "next_number",
    "register_base_model",
    "rename",
    "save_version",
    "show_from",
]

LINEAGE = "lineage.json"
EXAMPLE_WEIGHTS = "example_weights.json"
"""Beside the lineage, not in it: figures of people are not for everyone who may see a version."""
MAX_NAME_TRIES = 1000
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """A version that is checked and ready to be written: all slow reading is behind it."""

    project_id: UUID
    name: str
    base_model_id: UUID
    adapter: str
    configuration: dict[str, Any]
    labels: list[str]
    dataset_id: UUID
    train_filter: dict[str, Any]
    validation_filter: dict[str, Any]
    test_set_version_id: UUID | None
    train_count: int
    validation_count: int
    lineage: dict[str, Any]
    lineage_file: storage.Received
    seed: int
    person_id: UUID | None = None
    pipeline_id: UUID | None = None
    cycle_id: UUID | None = None
    notes: list[str] = field(default_factory=list)
    weights_file: storage.Received | None = None


def draft_version(
    *,
    project_id: UUID,
    base_model: Model,
    dataset: Dataset,
    train_filter: dict[str, Any],
    validation_filter: dict[str, Any],
    test_set_version: TestSetVersion | None,
    configuration_changes: dict[str, Any] | None = None,
    name_template: str = names.DEFAULT_TEMPLATE,
    seed: int | None = None,
    person_id: UUID | None = None,
    pipeline_id: UUID | None = None,
    cycle_id: UUID | None = None,
    subsets: tuple[Subset | ShapeSubset, Subset | ShapeSubset] | None = None,
) -> VersionDraft:
    """Reads and checks all that a version rests on; writes no table (the list of items goes into storage).
    ``subsets``: train and validation where they are not all that the filters say.

    Raises UnknownField (name), EmptySubset, OverlappingSubsets, Invalid (configuration, parts of another project).
    """
    _same_project(project_id, base_model, dataset, test_set_version)
    full = catalogue.checked(base_model.adapter, catalogue.merged(base_model.configuration, configuration_changes))
    about = catalogue.info(base_model.adapter)
    if not about.trainable:
        raise Invalid(f"{base_model.name} is used as it is: {about.title} is not trained here.", field="base_model")
    filters = (train_filter, validation_filter)
    train, validation = subsets or (gather(about, dataset, filters[0]), gather(about, dataset, filters[1]))
    test = gather_test_set(about, test_set_version) if test_set_version else Subset()
    _not_empty(about, train=train, validation=validation)
    _disjoint({"train": train, "validation": validation, "test": test})
    used_seed = int(seed if seed is not None else full.get("seed", base_model.seed))
    lineage = _lineage(train, validation, test, test_set_version)
    weights_file = _weighed(project_id, full, train, lineage)
    content = _lineage_content(lineage, dataset, train, validation, test_set_version, base_model, used_seed)
    return VersionDraft(
        project_id=project_id,
        name=_name(name_template, base_model),
        base_model_id=base_model.pk,
        adapter=base_model.adapter,
        configuration=full,
        labels=catalogue.labels_for(base_model.labels, dataset, train),
        dataset_id=dataset.pk,
        train_filter=train_filter,
        validation_filter=validation_filter,
        test_set_version_id=test_set_version.pk if test_set_version else None,
        train_count=len(train.examples),
        validation_count=len(validation.examples),
        lineage=lineage,
        lineage_file=storage.put_bytes(content),
        seed=used_seed,
        person_id=person_id,
        pipeline_id=pipeline_id,
        cycle_id=cycle_id,
        notes=_warnings(about, train, validation, test),
        weights_file=weights_file,
    )


def _name(template: str, base: Model) -> str:
    """Of the next version of the base's family. Raises UnknownField."""
    number = Model.objects.filter(family=base.family).count() + 1
    return names.render(template, base_name=base.name, adapter=base.adapter, now=now(), n=number)


def save_version(draft: VersionDraft) -> Model:
    """Writes a drafted version; a taken name gets the next number. Joins an open transaction. Each call makes one."""
    with write():
        Project.objects.select_for_update().get(pk=draft.project_id)  # one namer a project at a time
        base = Model.objects.get(pk=draft.base_model_id)
        model = Model.objects.create(
            project_id=draft.project_id,
            name=free_name(draft.project_id, draft.name),
            base_model=base,
            family=base.family,
            number=next_number(base.family),
            adapter=draft.adapter,
            configuration=draft.configuration,
            labels=draft.labels,
            dataset_id=draft.dataset_id,
            train_filter=draft.train_filter,
            validation_filter=draft.validation_filter,
            test_set_version_id=draft.test_set_version_id,
            train_count=draft.train_count,
            validation_count=draft.validation_count,
            lineage=draft.lineage,
            seed=draft.seed,
            created_by_id=draft.person_id,
            pipeline_id=draft.pipeline_id,
            cycle_id=draft.cycle_id,
        )
        stored = draft.lineage_file
        artifacts.attach(model=model, name=LINEAGE, sha256=stored.sha256, size=stored.size)
        if draft.weights_file is not None:
            weights = draft.weights_file
            artifacts.attach(model=model, name=EXAMPLE_WEIGHTS, sha256=weights.sha256, size=weights.size)
        counts = f"{draft.train_count} train, {draft.validation_count} validation items"
        _say_created(model, f"made from {base.name}: {counts}")
        ModelLog.objects.bulk_create([ModelLog(model=model, kind="note", text=text) for text in draft.notes])
        return model


def create_model_version(
    *,
    project_id: UUID,
    base_model: Model,
    dataset: Dataset,
    train_filter: dict[str, Any],
    validation_filter: dict[str, Any],
    test_set_version: TestSetVersion | None = None,
    configuration_changes: dict[str, Any] | None = None,
    name_template: str = names.DEFAULT_TEMPLATE,
    seed: int | None = None,
    person_id: UUID | None = None,
    pipeline_id: UUID | None = None,
    cycle_id: UUID | None = None,
) -> Model:
    """draft_version and save_version in one call, for callers that hold no transaction."""
    return save_version(
        draft_version(
            project_id=project_id,
            base_model=base_model,
            dataset=dataset,
            train_filter=train_filter,
            validation_filter=validation_filter,
            test_set_version=test_set_version,
            configuration_changes=configuration_changes,
            name_template=name_template,
            seed=seed,
            person_id=person_id,
            pipeline_id=pipeline_id,
            cycle_id=cycle_id,
        )
    )


def register_base_model(
    *,
    project_id: UUID,
    name: str,
    adapter: str,
    configuration_values: dict[str, Any] | None = None,
    labels: list[str] | None = None,
    dataset: Dataset | None = None,
    seed: int = 0,
    description: str = "",
    person_id: UUID | None = None,
) -> Model:
    """The first version of a family: an architecture (perhaps with a pretrained backbone) that has learnt no label yet.

    It predicts nothing until a version made from it is trained; any trained version beats it. A taken name gets the
    next number. Raises Invalid (configuration), UnknownName (adapter).
    """
    info = catalogue.info(adapter)
    full = catalogue.checked(adapter, configuration_values or {})
    clean = " ".join(name.split())
    if not clean:
        raise Invalid("A model needs a name.", field="name")
    with write():
        Project.objects.select_for_update().get(pk=project_id)
        model = Model(
            project_id=project_id,
            name=free_name(project_id, clean[: NAME_MAX - 6]),
            description=description,
            number=1,
            adapter=adapter,
            configuration=full,
            labels=list(dict.fromkeys(labels or catalogue.ontology_labels(dataset))),
            status=Model.Status.PRE_TRAINED,
            dataset=dataset,
            seed=seed,
            created_by_id=person_id,
        )
        model.family = model.pk
        model.save(force_insert=True)
        _say_created(model, f"registered: {info.title}")
        return model


def rename(
    *,
    model_id: UUID,
    name: str | None = None,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    person_id: UUID | None = None,
) -> Model:
    """Changes name, description (the notes) or tags. Raises Invalid: name taken, too many tags. Safe to repeat."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if description is not None:
            model.description = description
        if name is not None and name != model.name:
            _rename(model, name, person_id)
        model.save(update_fields=["name", "description", "updated_at"])
        if tags is not None:
            _set_tags(model, tags)
        stages.publish_status(model)
        return model


def show_from(*, model_id: UUID, score: float | None, person_id: UUID | None = None) -> Model:
    """From which score its shapes are shown to people, and suggested; None: as training chose. What is predicted from
    now on goes by it. Raises Invalid: no score, or a version that says classes. Safe to repeat."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if catalogue.info(model.adapter).task == "classification":
            raise Invalid(f"{model.name} says classes: there is no score to show from.", field="shown_from")
        if score is not None and not 0 <= score <= 1:
            raise Invalid("A score lies between 0 and 1.", field="shown_from")
        if model.shown_from != score:
            model.shown_from = score
            model.save(update_fields=["shown_from", "updated_at"])
            said = "as training chose" if score is None else f"{score:.3f}"
            stages.note(model_id=model.pk, text=f"shapes are shown from a score of {said}", person_id=person_id)
            stages.publish_status(model)
        return model


def _rename(model: Model, name: str, person_id: UUID | None) -> None:
    clean = " ".join(name.split())[:NAME_MAX]
    if not clean:
        raise Invalid("A model needs a name.", field="name")
    others = Model.objects.filter(project_id=model.project_id, deleted_at__isnull=True).exclude(pk=model.pk)
    if others.filter(name__iexact=clean).exists():
        raise Invalid(f"There is already a model called {clean}.", field="name")
    stages.note(model_id=model.pk, text=f"renamed from {model.name} to {clean}", person_id=person_id)
    model.name = clean


def _set_tags(model: Model, tags: Sequence[str]) -> None:
    wanted = {clean for tag in tags if (clean := " ".join(tag.split()))}
    if len(wanted) > MAX_TAGS:
        raise Invalid(f"A version has at most {MAX_TAGS} tags.", field="tags")
    model.tags.exclude(name__in=wanted).delete()
    there = set(model.tags.values_list("name", flat=True))
    ModelTag.objects.bulk_create([ModelTag(model=model, name=name) for name in sorted(wanted - there)])


def delete_model(*, model_id: UUID, person_id: UUID | None = None) -> None:
    """Moves a version to the trash; lineages and reports keep its name, and what an ended training left to go on from
    is gone. Raises WrongStatus: best, or in training."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if model.stage == Model.Stage.BEST:
            raise WrongStatus(f"{model.name} is the best version: promote another one first.", status=model.stage)
        if model.status == Model.Status.TRAINING:
            raise WrongStatus(f"{model.name} is being trained: cancel that first.", status=model.status)
        model.deleted_at = now()
        model.save(update_fields=["deleted_at", "updated_at"])
        stages.note(model_id=model.pk, text="moved to the trash", person_id=person_id)
        stages.publish_status(model)
        on_commit(lambda: storage.drop_scratch(scratch_name(model_id)))


def free_name(project_id: UUID, wanted: str) -> str:
    """The name, or with the next free number behind it. Raises Invalid after 1,000 tries. Needs the project's lock."""
    live = Model.objects.filter(project_id=project_id, deleted_at__isnull=True)
    taken = {name.lower() for name in live.filter(name__istartswith=wanted).values_list("name", flat=True)}
    for number in range(1, MAX_NAME_TRIES + 1):
        name = names.numbered(wanted, number)
        if name.lower() not in taken:
            return name
    raise Invalid(f"{MAX_NAME_TRIES} models are already called {wanted}.", field="name")


def next_number(family: UUID) -> int:
    """The place of the family's next version. Needs the project's lock."""
    last = Model.objects.filter(family=family).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _say_created(model: Model, text: str) -> None:
    ModelLog.objects.create(model=model, kind="status", status=model.status, text=text, person_id=model.created_by_id)
    stages.publish_status(model)


def _same_project(project_id: UUID, base: Model, dataset: Dataset, version: TestSetVersion | None) -> None:
    if base.project_id != project_id or base.deleted_at is not None:
        raise Invalid(f"The base model {base.name} is not in this project.", field="base_model")
    if dataset.project_id != project_id or dataset.deleted_at is not None:
        raise Invalid(f"The dataset {dataset.name} is not in this project.", field="dataset")
    if version is not None and version.test_set.dataset.project_id != project_id:
        raise Invalid("The test set is not in this project.", field="test_set_version")


def _not_empty(about: AdapterInfo, **subsets: Gathered) -> None:
    for name, subset in subsets.items():
        if not subset.examples:
            raise EmptySubset(
                f"The {name} subset is empty: no approved item with {_wanted(about)} matches its filter.",
                subset=name,
                skipped=len(subset.skipped),
            )


def _wanted(about: AdapterInfo) -> str:
    return "one class label" if about.task == "classification" else f"a {' or '.join(about.taught_by)}"


def _disjoint(subsets: dict[str, Gathered]) -> None:
    ids = {name: subset.ids() for name, subset in subsets.items()}
    pairs: list[dict[str, Any]] = []
    for first, second in (("train", "validation"), ("train", "test"), ("validation", "test")):
        shared = ids[first] & ids[second]
        if shared:
            pairs.append({"subsets": [first, second], "count": len(shared), "items": sorted(shared)[:10]})
    if pairs:
        said = "; ".join(f"{pair['subsets'][0]} and {pair['subsets'][1]} share {pair['count']}" for pair in pairs)
        raise OverlappingSubsets(f"Subsets must not overlap, or the figures lie: {said} items.", pairs=pairs)


def _warnings(about: AdapterInfo, train: Gathered, validation: Gathered, test: Gathered) -> list[str]:
    notes = []
    skipped = len(train.skipped) + len(validation.skipped)
    if skipped:
        single = about.task == "classification"
        why = "they have more than one class label" if single else f"nothing on them is {_wanted(about)}"
        notes.append(f"{skipped} approved items were left out: {why}")
    seen = {example.blob for example in train.examples}
    for name, subset in (("validation", validation), ("test", test)):
        same = sum(example.blob in seen for example in subset.examples)
        if same:
            notes.append(f"{same} pictures of the {name} subset are also in train, byte for byte: its figures flatter")
    return notes


def _lineage(train: Gathered, validation: Gathered, test: Gathered, version: TestSetVersion | None) -> dict[str, Any]:
    return {
        "train": {"items": len(train.examples), "labels": train.label_counts(), "skipped": len(train.skipped)},
        "validation": {
            "items": len(validation.examples),
            "labels": validation.label_counts(),
            "skipped": len(validation.skipped),
        },
        "test": {
            "items": len(test.examples),
            "version": str(version.pk) if version else None,
            "number": version.number if version else None,
            "hash": version.hash if version else None,
        },
        "software": catalogue.software(),
    }


def _weighed(
    project_id: UUID, config: dict[str, Any], train: Gathered, lineage: dict[str, Any]
) -> storage.Received | None:
    """What each example counts, frozen with the version, where the configuration asks for it."""
    if config.get("annotator_weights") != "scores":
        return None
    weighing = annotators.weigh(project_id, train, float(config["annotator_floor"]))
    lineage["annotators"] = weighing.summary()
    return storage.put_bytes(json.dumps(weighing.content(), separators=(",", ":"), sort_keys=True).encode())


def _lineage_content(
    summary: dict[str, Any],
    dataset: Dataset,
    train: Gathered,
    validation: Gathered,
    version: TestSetVersion | None,
    base: Model,
    seed: int,
) -> bytes:
    body = {
        "format": "alp.lineage/1",
        "dataset": str(dataset.pk),
        "base_model": {"id": str(base.pk), "name": base.name, "weights": base.weights_digest},
        "test_set_version": str(version.pk) if version else None,
        "seed": seed,
        "software": summary["software"],
        "columns": list(COLUMNS if isinstance(train, Subset) else SHAPE_COLUMNS),
        "train": [example.row() for example in train.examples],
        "validation": [example.row() for example in validation.examples],
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
