"""Who may see and do what with models. `model.see` shows, `model.edit` changes; nobody else learns they exist."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from alp_site.people.permissions import Person, Policy
from models_registry.models import Comparison, Evaluation, Model, Prediction

__all__ = ["ComparisonPolicy", "EvaluationPolicy", "ModelPolicy", "PredictionPolicy"]


class ModelPolicy(Policy[Model]):
    """Versions in the trash are seen by nobody; they stay in lineages and reports by name."""

    model = Model
    see = "model.see"

    def visible_to(self, user: Person) -> QuerySet[Model]:
        """Live versions of the projects where the person may see models."""
        return super().visible_to(user).filter(deleted_at__isnull=True)


class EvaluationPolicy(Policy[Evaluation]):
    """An evaluation is seen with its model."""

    model = Evaluation
    project_path = "model__project"
    see = "model.see"


class ComparisonPolicy(Policy[Comparison]):
    """A comparison is seen with its project's models."""

    model = Comparison
    see = "model.see"


class PredictionPolicy(Policy[Prediction]):
    """A prediction is seen with its model."""

    model = Prediction
    project_path = "model__project"
    see = "model.see"

    def project_of(self, obj: Prediction) -> UUID | None:
        """The project of the model that said it."""
        return obj.model.project_id
