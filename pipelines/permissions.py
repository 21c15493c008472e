"""Who may see and do what with pipelines (the table is DESIGN §8)."""

from __future__ import annotations

from django.db.models import QuerySet

from alp_site.people.permissions import Person, Policy, project_ids
from pipelines.models import (
    CodeTest,
    Cycle,
    Delivery,
    NodeExecution,
    Pipeline,
    PipelineRevision,
    SavedTemplate,
    Secret,
    Trigger,
    TriggerFiring,
    Variable,
)

__all__ = [
    "CodeTestPolicy",
    "CyclePolicy",
    "DeliveryPolicy",
    "ExecutionPolicy",
    "FiringPolicy",
    "PipelinePolicy",
    "RevisionPolicy",
    "SavedTemplatePolicy",
    "SecretPolicy",
    "TriggerPolicy",
    "VariablePolicy",
]


class PipelinePolicy(Policy[Pipeline]):
    """Those in the trash are nobody's."""

    model = Pipeline
    see = "pipeline.see"

    def visible_to(self, user: Person) -> QuerySet[Pipeline]:
        return super().visible_to(user).filter(deleted_at=None)

    def in_trash(self, user: Person) -> QuerySet[Pipeline]:
        """Deleted ones, for those who may bring them back."""
        return Pipeline.objects.filter(project__in=project_ids(user, "pipeline.edit"), deleted_at__isnull=False)


class SavedTemplatePolicy(Policy[SavedTemplate]):
    model = SavedTemplate
    see = "pipeline.see"


class SecretPolicy(Policy[Secret]):
    """Their names are of use to who writes pipelines; their values to nobody but the servers they are sent to."""

    model = Secret
    see = "pipeline.see"


class _OfPipeline:
    """What hangs below a pipeline is seen by who sees the pipeline."""

    project_path = "pipeline__project"
    see = "pipeline.see"


class RevisionPolicy(_OfPipeline, Policy[PipelineRevision]):
    model = PipelineRevision

    def visible_to(self, user: Person) -> QuerySet[PipelineRevision]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline", "published_by")


class VariablePolicy(_OfPipeline, Policy[Variable]):
    model = Variable

    def visible_to(self, user: Person) -> QuerySet[Variable]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline")


class TriggerPolicy(_OfPipeline, Policy[Trigger]):
    model = Trigger

    def visible_to(self, user: Person) -> QuerySet[Trigger]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline")


class CyclePolicy(_OfPipeline, Policy[Cycle]):
    model = Cycle

    def visible_to(self, user: Person) -> QuerySet[Cycle]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline")


class ExecutionPolicy(_OfPipeline, Policy[NodeExecution]):
    model = NodeExecution

    def visible_to(self, user: Person) -> QuerySet[NodeExecution]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline")


class DeliveryPolicy(_OfPipeline, Policy[Delivery]):
    model = Delivery

    def visible_to(self, user: Person) -> QuerySet[Delivery]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline")


class FiringPolicy(Policy[TriggerFiring]):
    model = TriggerFiring
    project_path = "trigger__pipeline__project"
    see = "pipeline.see"

    def visible_to(self, user: Person) -> QuerySet[TriggerFiring]:
        rows = super().visible_to(user).filter(trigger__pipeline__deleted_at=None)
        return rows.select_related("trigger__pipeline")


class CodeTestPolicy(_OfPipeline, Policy[CodeTest]):
    """What a code printed and answered: the views ask for `code.edit`."""

    model = CodeTest

    def visible_to(self, user: Person) -> QuerySet[CodeTest]:
        return super().visible_to(user).filter(pipeline__deleted_at=None).select_related("pipeline")
