"""Create new model: a version is made from ground truth, checked and frozen before anything is trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from alp_site.lib.db import now
from alp_site.lib.errors import AlpError
from datasets.models import Dataset, TestSetVersion
from models_registry.errors import UnknownField
from models_registry.models import Model
from models_registry.services import names
from models_registry.services.versions import VersionDraft, draft_version, save_version
from pipelines.engine.spec import (
    BatchFailed,
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    Tx,
    Wait,
    register,
)
from pipelines.engine.validate import place_of
from pipelines.nodes._paths import after
from pipelines.services.checks import model_problems
from pipelines.services.test_versions import MEMORY, graph_of_cycle, remembered, resolve

NAME = "{base_model.name}-{datetime.datetime.now().strftime('%Y_%m_%d-T%H_%M_%S')}"


@dataclass(frozen=True)
class Drafted(Outcome):
    """A version on its way to the table."""

    draft: VersionDraft | None = None


@register
class CreateModel(Node):
    """Reads the subsets, refuses empty or overlapping ones, resolves the test set, names and writes the version."""

    spec = NodeSpec(
        type="create_model",
        title="Create new model",
        category="Models",
        icon="box",
        doc="Makes a version from the base model and approved labels. Train, validation and test never overlap.",
        inputs=(
            Port("base_model", "Model"),
            Port("dataset", "Dataset"),
            Port("train_subset", "Json"),
            Port("validation_subset", "Json"),
            Port("model_configuration", "Json", required=False, doc="Empty: the base model's.", widget="configuration"),
        ),
        outputs=(Port("new_model", "Model"), Port("base_model", "Model")),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "model_name": {
                    "type": "string",
                    "title": "Name",
                    "description": "May hold {base_model.name}, {date}, {datetime}, {adapter} and {n}.",
                    "minLength": 1,
                    "maxLength": 300,
                    "default": NAME,
                },
            },
        },
        requires=("the version of the test set that the evaluations after it use",),
        batch=1,
    )

    def validate(self, place: Place) -> Iterable[Problem]:
        template = place.node.config.get("model_name", NAME)
        try:
            names.render(template, base_name="x", adapter="x", now=now(), n=1)
        except UnknownField as error:
            yield Problem("bad_config", f"{place.node.title}: {error.message}", node=place.node.id, field="model_name")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "base_model")

    def unmet(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Wait | NodeError]:
        """Publishes version 1 of the test set when there is none; what is there is only looked up."""
        problems = []
        for e in batch:
            try:
                version_for(e)
            except AlpError as error:
                problems.append(NodeError(e.id, error.code, error.message, error.data))
        return problems

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [self._one(e) for e in batch]

    @staticmethod
    def _one(e: Execution) -> Result:
        base = Model.objects.filter(pk=e.inputs["base_model"], project_id=e.project_id, deleted_at=None).first()
        dataset = Dataset.objects.filter(pk=e.inputs["dataset"], project_id=e.project_id, deleted_at=None).first()
        if base is None or dataset is None:
            raise BatchFailed("The base model or the dataset was deleted.")
        version = version_for(e)
        draft = draft_version(
            project_id=UUID(e.project_id),
            base_model=base,
            dataset=dataset,
            train_filter=query_of(e.inputs["train_subset"]),
            validation_filter=query_of(e.inputs["validation_subset"]),
            test_set_version=version,
            configuration_changes=e.inputs.get("model_configuration") or {},
            name_template=e.config["model_name"],
            pipeline_id=UUID(e.pipeline_id),
            cycle_id=UUID(e.cycle_id),
        )
        remember = {"base_model": e.inputs["base_model"]}
        if version is not None:
            remember[MEMORY] = str(version.pk)
        return Drafted(e.id, remember=remember, draft=draft)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        done = []
        for result in results:
            if isinstance(result, Drafted) and result.draft is not None:
                model = save_version(result.draft)
                outputs = {"new_model": str(model.pk), "base_model": str(result.draft.base_model_id)}
                text = f"{model.name}: {model.train_count} train, {model.validation_count} validation items"
                done.append(replace(result, outputs=outputs, log=text))
        return done


def version_for(e: Execution) -> TestSetVersion | None:
    """The cycle's test-set version: remembered, else of the first Evaluate after this node; None without one."""
    known = remembered(e.memory, None)
    if known is not None:
        return known
    graph = graph_of_cycle(e.cycle_id)
    node = next((node for node in after(graph, e.node_id) if node.type == "evaluate"), None)
    if node is None:
        return None
    values = place_of(graph, node).values
    dataset = values.get("dataset") or e.inputs["dataset"]
    return resolve(project_id=e.project_id, dataset_id=dataset, dql=query_of(values.get("filters")))


def query_of(value: Any) -> dict[str, Any]:
    """A subset filter as it came: a query in its envelope, or the bare filter."""
    if not isinstance(value, dict):
        raise BatchFailed("A subset filter is a JSON object.")
    return value
