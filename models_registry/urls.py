"""Routes of the app: the API's and the pages'."""

from __future__ import annotations

from django.urls import path

from models_registry import pages
from models_registry.api import encoding, judging, portable, scores, together, trying, versions

api_urlpatterns = [
    path("adapters/", versions.AdapterListView.as_view(), name="adapters"),
    path("gallery/", versions.GalleryView.as_view(), name="gallery"),
    path("projects/<uuid:project_id>/models/", versions.ModelListView.as_view(), name="models"),
    path("projects/<uuid:project_id>/models/register/", versions.ModelRegisterView.as_view(), name="model-register"),
    path("projects/<uuid:project_id>/models/import/", portable.ModelImportView.as_view(), name="model-import"),
    path("projects/<uuid:project_id>/models/tags/", versions.ModelTagListView.as_view(), name="model-tags"),
    path("projects/<uuid:project_id>/models/figures/", judging.ModelFiguresView.as_view(), name="model-figures"),
    path("projects/<uuid:project_id>/models/together/", together.TogetherView.as_view(), name="models-together"),
    path(
        "projects/<uuid:project_id>/models/together/items/",
        together.TogetherItemsView.as_view(),
        name="models-together-items",
    ),
    path("projects/<uuid:project_id>/promotions/", judging.PromotionListView.as_view(), name="promotions"),
    path("projects/<uuid:project_id>/comparisons/", judging.ComparisonListView.as_view(), name="comparisons"),
    path("models/<uuid:model_id>/", versions.ModelDetailView.as_view(), name="model"),
    path("models/<uuid:model_id>/train/", versions.ModelTrainView.as_view(), name="model-train"),
    path("models/<uuid:model_id>/load/", versions.ModelLoadView.as_view(), name="model-load"),
    path("models/<uuid:model_id>/cancel/", versions.ModelCancelView.as_view(), name="model-cancel"),
    path("models/<uuid:model_id>/promote/", versions.ModelPromoteView.as_view(), name="model-promote"),
    path("models/<uuid:model_id>/rollback/", versions.ModelRollbackView.as_view(), name="model-rollback"),
    path("models/<uuid:model_id>/archive/", versions.ModelArchiveView.as_view(), name="model-archive"),
    path("models/<uuid:model_id>/export/", portable.ModelExportView.as_view(), name="model-export"),
    path("models/<uuid:model_id>/exports/", portable.ModelExportsView.as_view(), name="model-exports"),
    path("models/<uuid:model_id>/try/", trying.ModelTryView.as_view(), name="model-try"),
    path("models/<uuid:model_id>/try/<uuid:job_id>/", trying.ModelTriedView.as_view(), name="model-tried"),
    path("models/<uuid:model_id>/clone/", portable.ModelCloneView.as_view(), name="model-clone"),
    path("models/<uuid:model_id>/metrics/", versions.ModelMetricsView.as_view(), name="model-metrics"),
    path("models/<uuid:model_id>/samples/", versions.ModelSamplesView.as_view(), name="model-samples"),
    path("models/<uuid:model_id>/log/", versions.ModelLogView.as_view(), name="model-log"),
    path("models/<uuid:model_id>/lineage/", versions.ModelLineageView.as_view(), name="model-lineage"),
    path("models/<uuid:model_id>/lineage/items/", versions.ModelLineageItemsView.as_view(), name="model-lineage-items"),
    path("models/<uuid:model_id>/artifacts/<path:name>/", versions.ModelArtifactView.as_view(), name="model-artifact"),
    path("models/<uuid:model_id>/evaluations/", judging.ModelEvaluationsView.as_view(), name="model-evaluations"),
    path("evaluations/<uuid:evaluation_id>/", judging.EvaluationDetailView.as_view(), name="evaluation"),
    path("evaluations/<uuid:evaluation_id>/items/", judging.EvaluationItemsView.as_view(), name="evaluation-items"),
    path("evaluations/<uuid:evaluation_id>/table/", judging.EvaluationTableView.as_view(), name="evaluation-table"),
    path(
        "evaluations/<uuid:evaluation_id>/findings/",
        judging.EvaluationFindingsView.as_view(),
        name="evaluation-findings",
    ),
    path(
        "evaluations/<uuid:evaluation_id>/thresholds/",
        judging.EvaluationThresholdsView.as_view(),
        name="evaluation-thresholds",
    ),
    path("comparisons/<uuid:comparison_id>/", judging.ComparisonDetailView.as_view(), name="comparison"),
    path("items/<uuid:item_id>/predictions/", judging.ItemPredictionsView.as_view(), name="item-predictions"),
    path("projects/<uuid:project_id>/scores/", scores.ScoreListView.as_view(), name="scores"),
    path("projects/<uuid:project_id>/scores/summary/", scores.ScoreSummaryView.as_view(), name="scores-summary"),
    path("projects/<uuid:project_id>/scores/labels/", scores.ScoreLabelsView.as_view(), name="scores-labels"),
    path("items/<uuid:item_id>/scores/", scores.ItemScoresView.as_view(), name="item-scores"),
    path("items/<uuid:item_id>/encoding/", encoding.ItemEncodingView.as_view(), name="item-encoding"),
]

page_urlpatterns = [
    path("models/", pages.model_list, name="models"),
    path("models/together/", pages.models_together, name="models-together"),
    path("models/agreement/", pages.agreement, name="models-agreement"),
    path("models/<uuid:model_id>/", pages.model_detail, name="model"),
    path("comparisons/<uuid:comparison_id>/", pages.comparison_detail, name="comparison"),
]
