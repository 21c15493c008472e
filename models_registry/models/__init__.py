"""Tables of the app: versions, what they predicted, how they were judged."""

from models_registry.models.judging import (
    Comparison,
    ComparisonLedger,
    Evaluation,
    LedgerChain,
    PromotionLog,
)
from models_registry.models.prediction import EmbeddingRow, EmbeddingSet, Prediction
from models_registry.models.scoring import AnnotationScore, ItemScore, ScoreDue
from models_registry.models.version import NAME_MAX, Artifact, MetricSample, Model, ModelLog, ModelTag

__all__ = [
    "NAME_MAX",
    "AnnotationScore",
    "Artifact",
    "Comparison",
    "ComparisonLedger",
    "EmbeddingRow",
    "EmbeddingSet",
    "Evaluation",
    "ItemScore",
    "LedgerChain",
    "MetricSample",
    "Model",
    "ModelLog",
    "ModelTag",
    "Prediction",
    "PromotionLog",
    "ScoreDue",
]
