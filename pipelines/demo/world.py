"""A project from known labels, made by the real services: datasets, answer key, frozen test set, seed model, pipeline.

Everything is looked up before it is made, so running it again finishes what an interruption left.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import numpy as np

from alp_site.lib.ids import uuid7
from alp_site.lib.jobs import run_job
from alp_site.people.models import Membership, Project, Role, User
from alp_site.people.services import create_project, create_user
from annotation.models import Task
from annotation.services import answer_key
from datasets.models import Dataset, Item, Ontology, TestSetVersion
from datasets.services import approval, labels, ontologies, test_sets, upload
from datasets.services.annotations import apply_operations
from datasets.services.datasets import create_dataset
from models_registry.models import Model
from models_registry.services import evaluation, promotion, training, versions
from pipelines.demo import blocks, cifar10, digit_scenes, digits, shapes  # noqa: F401  registered by being imported
from pipelines.demo.pictures import SOURCES, Picture, Say, Source
from pipelines.models import Pipeline, PipelineStatus
from pipelines.services.pipelines import save_pipeline, start_pipeline
from pipelines.services.templates import create_from_template

RULE: Final = "answer key"
TEMPLATE: Final = "active_learning_with_selection"
PASSWORD: Final = "alp-demo"  # noqa: S105  of people who exist in a demo only
DOMAIN: Final = "example.com"
WAIT_SECONDS: Final = 0.5
MOST_SECONDS: Final = 1200


@dataclass(frozen=True)
class Plan:
    """What to make. ``random_share`` etc. go to the Select node; ``every``: ground-truth items between trainings."""

    source: str
    project: str
    pool: int
    validation: int
    test: int
    seed_labels: int
    budget: int
    every: int
    strategy: str = "auto"
    seed: int = 0
    random_share: float = 0.1
    keep_open: int = 10
    adapter: str = ""
    configuration: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] = field(default_factory=lambda: {"precision_recall": {"min_delta": 0}})

    @property
    def pictures(self) -> Source:
        return SOURCES.get(self.source)


@dataclass(frozen=True)
class World:
    """What was made."""

    plan: Plan
    project: Project
    people: dict[str, User]
    raw: Dataset
    truth: Dataset
    version: TestSetVersion
    base: Model
    seed_model: Model
    pipeline: Pipeline

    def task(self, kind: str) -> Task:
        """The pipeline's labelling (annotation) or review (qa) task."""
        return Task.objects.get(pipeline_id=self.pipeline.pk, kind=kind, status=Task.State.OPEN)


@dataclass(frozen=True)
class Shares:
    """The pictures, dealt at random before anything was asked."""

    pool: list[Picture]
    validation: list[Picture]
    test: list[Picture]
    seed: list[Picture]


def build(plan: Plan, say: Say, warm: Callable[[Model], object] = lambda base: None, *, beside: bool = False) -> World:
    """Makes the project and starts its pipeline. Safe to repeat. ``warm`` may bring embeddings of the base model's
    encoder before they are needed. ``beside``: workers may be at this database meanwhile, and would take over a
    training whose lease is not renewed."""
    people = make_people(plan)
    project = make_project(plan, people)
    raw, truth = make_datasets(plan, project, people["owner"])
    ground = base_of(plan, project, truth, people["owner"])
    shares = deal(plan, say) if needs_pictures(plan, raw, truth) else None
    if shares is not None:
        add_pictures(shares, raw, truth, people["owner"], say)
        load_answers(project, shares)
    warm(ground)
    version = test_sets.resolve_version(
        dataset=truth, filter=subset_filter("test"), name="Test pictures", user=people["owner"]
    )
    seed_model = make_seed_model(project, truth, ground, version, people["owner"], say, beside=beside)
    pipeline = make_pipeline(plan, project, raw, truth, seed_model, people["owner"])
    return World(plan, project, people, raw, truth, version, ground, seed_model, pipeline)


def make_people(plan: Plan) -> dict[str, User]:
    """One person a role: owner@example.com and so on."""
    found = {}
    for role in Role.values:
        email = f"{role}@{DOMAIN}"
        known = User.objects.filter(email=email).first()
        found[role] = known or create_user(email=email, name=role.title(), password=PASSWORD)
    return found


def make_project(plan: Plan, people: dict[str, User]) -> Project:
    project = Project.objects.filter(name=plan.project, deleted_at=None).first()
    if project is None:
        project = create_project(name=plan.project, user=people["owner"], settings={"demo": plan.source})
    for role, person in people.items():
        Membership.objects.get_or_create(project=project, user=person, defaults={"role": role})
    return project


def make_datasets(plan: Plan, project: Project, owner: User) -> tuple[Dataset, Dataset]:
    source = plan.pictures
    ontology = Ontology.objects.filter(project=project, name=source.title, deleted_at=None).first()
    if ontology is None:
        several = {"group": ""} if source.task == "multi_label_classification" else {}
        names = [{"name": name, **several} for name in source.labels]
        ontology = ontologies.create_ontology(project=project, name=source.title, labels=names)
    made = []
    for name, text in (
        ("Raw pictures", "New pictures come in here; the pipeline asks people about the ones worth labelling."),
        ("Ground truth", "Approved labels: what models learn from, are stopped by and are judged on."),
    ):
        row = Dataset.objects.filter(project=project, name=name, deleted_at=None).first()
        made.append(row or create_dataset(project=project, name=name, user=owner, description=text, ontology=ontology))
    return made[0], made[1]


def base_of(plan: Plan, project: Project, truth: Dataset, owner: User) -> Model:
    adapter = plan.adapter or plan.pictures.adapter
    own = plan.pictures.configuration if adapter == plan.pictures.adapter else {}
    known = Model.objects.filter(project=project, base_model=None, adapter=adapter, deleted_at=None).first()
    return known or versions.register_base_model(
        project_id=project.pk,
        name=adapter.replace("_", "-"),
        adapter=adapter,
        configuration_values={**own, **plan.configuration},
        dataset=truth,
        seed=plan.seed,
        person_id=owner.pk,
    )


def needs_pictures(plan: Plan, raw: Dataset, truth: Dataset) -> bool:
    """Whether an earlier run did not get to the end of labelling what it had uploaded."""
    files = {"type": "file", "deleted_at": None}
    uploaded = Item.objects.filter(dataset=raw, **files).count() >= plan.pool
    labelled = Item.objects.filter(dataset=truth, approved_version__isnull=False, **files).count()
    return not uploaded or labelled < plan.validation + plan.test + plan.seed_labels


def deal(plan: Plan, say: Say) -> Shares:
    """Draws all pictures at random and deals them: test and validation before the first question is asked."""
    rng = np.random.default_rng([plan.seed, 7])
    everything = plan.pictures.load(plan.pool + plan.validation + plan.test + plan.seed_labels, rng, say)
    parts, start = [], 0
    for size in (plan.test, plan.validation, plan.seed_labels, plan.pool):
        parts.append(everything[start : start + size])
        start += size
    return Shares(pool=parts[3], validation=parts[1], test=parts[0], seed=parts[2])


def add_pictures(shares: Shares, raw: Dataset, truth: Dataset, owner: User, say: Say) -> None:
    """Uploads by the ordinary service; the answer key makes test, validation and seed pictures ground truth."""
    for subset, part in (("test", shares.test), ("validation", shares.validation), ("train", shares.seed)):
        say(f"uploading and labelling {len(part)} {subset} pictures")
        ids = add_files(truth, part, owner, subset)
        label_by_key(ids, part, owner)
    say(f"uploading the pool of {len(shares.pool)} pictures")
    add_files(raw, shares.pool, owner, "")


def add_files(dataset: Dataset, pictures: Sequence[Picture], owner: User, subset: str) -> list[UUID]:
    files = [upload.NewFile(picture.name, picture.data, subset=subset) for picture in pictures]
    report = upload.add_many(dataset=dataset, files=files, user=owner)
    if report.refused:
        raise RuntimeError(f"{report.refused[0].filename} was refused: {report.refused[0].message}")
    return report.item_ids


def label_by_key(ids: Sequence[UUID], pictures: Sequence[Picture], owner: User) -> None:
    pairs = list(zip(ids, pictures, strict=True))
    entries = [labels.ClassLabel(pk, picture.label) for pk, picture in pairs if picture.shapes is None]
    labels.set_class_labels(entries=entries, author_user=owner)
    for pk, picture in pairs:
        if picture.shapes:
            operations = [{"op_id": str(uuid7()), "type": "create", "data": dict(shape)} for shape in picture.shapes]
            apply_operations(item=Item.objects.get(pk=pk), operations=operations, user=owner)
    approval.approve(item_ids=ids, rule=RULE)


def load_answers(project: Project, shares: Shares) -> None:
    everything = [*shares.pool, *shares.validation, *shares.test, *shares.seed]
    answers: dict[str, str | Sequence[Mapping[str, Any]]] = {
        hashlib.sha256(picture.data).hexdigest(): picture.label if picture.shapes is None else picture.shapes
        for picture in everything
    }
    answer_key.load(project=project, answers=answers)


def subset_filter(subset: str) -> dict[str, Any]:
    """The subset filter of the templates."""
    tagged = {"metadata": {"system": {"tags": {subset: True}}}}
    return {"filter": {"$and": [{"hidden": False}, tagged, {"type": "file"}]}}


def make_seed_model(
    project: Project, truth: Dataset, ground: Model, version: TestSetVersion, owner: User, say: Say, *, beside: bool
) -> Model:
    """The first version, trained on the seed labels by an ordinary training job, run here and now; then best."""
    model = Model.objects.filter(project=project, base_model=ground, deleted_at=None).order_by("id").first()
    if model is None:
        model = versions.create_model_version(
            project_id=project.pk,
            base_model=ground,
            dataset=truth,
            train_filter=subset_filter("train"),
            validation_filter=subset_filter("validation"),
            test_set_version=version,
            name_template="{base_model.name}-seed",
            person_id=owner.pk,
        )
    if model.status != Model.Status.TRAINED:
        say(f"training the seed model on {model.train_count} random labels")
        job = training.start_training(model_id=model.pk, person_id=owner.pk)
        run_job(str(job.pk), heartbeat=beside)
        wait_for_worker(model)
        if model.status != Model.Status.TRAINED:
            raise RuntimeError(f"The seed model is {model.status}: {model.error}")
    if not Model.objects.filter(project=project, stage=Model.Stage.BEST).exists():
        promotion.promote(model_id=model.pk, reason="the seed model", person_id=owner.pk)
    evaluation.request_evaluation(model_id=model.pk, test_set_version_id=version.pk, person_id=owner.pk)
    return model


def wait_for_worker(model: Model) -> None:
    """Until the training is over: a worker that runs beside us may have taken it first. One that dies is followed by
    another, as for every job."""
    model.refresh_from_db()
    deadline = time.monotonic() + MOST_SECONDS  # the house may have been stopped meanwhile: nobody goes on then
    while model.status == Model.Status.TRAINING and time.monotonic() < deadline:
        time.sleep(WAIT_SECONDS)
        model.refresh_from_db()


def make_pipeline(plan: Plan, project: Project, raw: Dataset, truth: Dataset, model: Model, owner: User) -> Pipeline:
    pipeline = Pipeline.objects.filter(project=project, template=TEMPLATE, deleted_at=None).order_by("id").first()
    if pipeline is None:
        values = {
            "Raw Dataset": str(raw.pk),
            "Ground Truth Dataset": str(truth.pk),
            "Best Model": str(model.pk),
            "Comparison Configuration": plan.comparison,
        }
        pipeline = create_from_template(project=project, template=TEMPLATE, variables=values, user=owner)
        save_pipeline(pipeline=pipeline, graph=tuned(plan, pipeline.draft))
        pipeline.refresh_from_db()
    if pipeline.status == PipelineStatus.DRAFT:
        start_pipeline(pipeline=pipeline, user=owner)
    return pipeline


def tuned(plan: Plan, graph: dict[str, Any]) -> dict[str, Any]:
    """The template's graph with the plan's sizes; the pool that lies in the raw dataset already is taken in once."""
    settings: dict[str, dict[str, Any]] = {
        "select": {
            "strategy": plan.strategy,
            "budget": plan.budget,
            "random_share": plan.random_share,
            "keep_open": plan.keep_open,
            "seed": plan.seed,
        },
        "raw_data": {"load_existing": True},
        "labeling_task": {
            "batch_size": 20,
            "max_workload": 60,
            "annotation_types": list(plan.pictures.annotation_types),
        },
        "review_task": {"batch_size": 20, "max_workload": 60},
        "model_data_split": {"seed": plan.seed},
    }
    nodes = [{**node, "config": {**node["config"], **settings.get(node["id"], {})}} for node in graph["nodes"]]
    triggers = [
        {**trigger, "spec": {**trigger["spec"], "n": plan.every}} if trigger["kind"] == "every_n" else trigger
        for trigger in graph["triggers"]
    ]
    return {**graph, "nodes": nodes, "triggers": triggers}
