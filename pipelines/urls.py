"""Addresses of pipelines, under /api/v1/ and /p/<project_id>/."""

from __future__ import annotations

from django.urls import path

from pipelines import pages
from pipelines.api import approvals, code, cycles, deliveries, interchange, moving, pipelines, revisions, runs, triggers

api_urlpatterns = [
    path("node-types/", pipelines.NodeTypeListView.as_view(), name="node-types"),
    path(
        "projects/<uuid:project_id>/pipeline-templates/",
        interchange.TemplateListView.as_view(),
        name="pipeline-templates",
    ),
    path("pipeline-templates/<uuid:template_id>/", interchange.TemplateDetailView.as_view(), name="pipeline-template"),
    path("projects/<uuid:project_id>/pipelines/import/", interchange.ImportView.as_view(), name="pipeline-import"),
    path("pipelines/<uuid:pipeline_id>/export/", interchange.ExportView.as_view(), name="pipeline-export"),
    path("projects/<uuid:project_id>/pipelines/", pipelines.PipelineListView.as_view(), name="pipelines"),
    path("pipelines/<uuid:pipeline_id>/", pipelines.PipelineDetailView.as_view(), name="pipeline"),
    path("pipelines/<uuid:pipeline_id>/validate/", pipelines.ValidateView.as_view(), name="pipeline-validate"),
    path("pipelines/<uuid:pipeline_id>/start/", pipelines.StartView.as_view(), name="pipeline-start"),
    path("pipelines/<uuid:pipeline_id>/pause/", pipelines.PauseView.as_view(), name="pipeline-pause"),
    path("pipelines/<uuid:pipeline_id>/resume/", pipelines.ResumeView.as_view(), name="pipeline-resume"),
    path("pipelines/<uuid:pipeline_id>/counters/", pipelines.CountersView.as_view(), name="pipeline-counters"),
    path("pipelines/<uuid:pipeline_id>/revisions/", revisions.RevisionListView.as_view(), name="revisions"),
    path("pipelines/<uuid:pipeline_id>/diff/", revisions.DiffView.as_view(), name="pipeline-diff"),
    path("revisions/<uuid:revision_id>/", revisions.RevisionDetailView.as_view(), name="revision"),
    path("revisions/<uuid:revision_id>/restore/", revisions.RestoreView.as_view(), name="revision-restore"),
    path("pipelines/<uuid:pipeline_id>/deliveries/", deliveries.DeliveryListView.as_view(), name="deliveries"),
    path("pipelines/<uuid:pipeline_id>/code/versions/", code.VersionListView.as_view(), name="code-versions"),
    path("pipelines/<uuid:pipeline_id>/code/test/", code.TestView.as_view(), name="code-test"),
    path("code-tests/<uuid:test_id>/", code.TestDetailView.as_view(), name="code-test-run"),
    path("pipelines/<uuid:pipeline_id>/variables/", moving.VariableListView.as_view(), name="variables"),
    path("variables/<uuid:variable_id>/", moving.VariableDetailView.as_view(), name="variable"),
    path("variables/<uuid:variable_id>/changes/", moving.VariableChangeListView.as_view(), name="variable-changes"),
    path("pipelines/<uuid:pipeline_id>/triggers/", moving.TriggerListView.as_view(), name="triggers"),
    path("triggers/<uuid:trigger_id>/", moving.TriggerDetailView.as_view(), name="trigger"),
    path("triggers/<uuid:trigger_id>/firings/", moving.FiringListView.as_view(), name="firings"),
    path("triggers/<uuid:trigger_id>/fire/", triggers.FireView.as_view(), name="trigger-fire"),
    path("triggers/<uuid:trigger_id>/count/", triggers.FireCountView.as_view(), name="trigger-count"),
    path("triggers/<uuid:trigger_id>/secret/", triggers.SecretView.as_view(), name="trigger-secret"),
    path("hooks/<uuid:trigger_id>/", triggers.HookView.as_view(), name="trigger-hook"),
    path("firings/<uuid:firing_id>/", moving.FiringDetailView.as_view(), name="firing"),
    path("pipelines/<uuid:pipeline_id>/run/", moving.RunView.as_view(), name="pipeline-run"),
    path("pipelines/<uuid:pipeline_id>/run/count/", triggers.RunCountView.as_view(), name="pipeline-run-count"),
    path("pipelines/<uuid:pipeline_id>/cycles/", cycles.CycleListView.as_view(), name="cycles"),
    path("pipelines/<uuid:pipeline_id>/cycles/cancel/", cycles.CyclesCancelView.as_view(), name="cycles-cancel"),
    path("pipelines/<uuid:pipeline_id>/retry/", cycles.PipelineRetryView.as_view(), name="pipeline-retry"),
    path("pipelines/<uuid:pipeline_id>/rerun/", runs.PipelineRerunView.as_view(), name="pipeline-rerun"),
    path("pipelines/<uuid:pipeline_id>/loose-ends/", runs.LooseEndListView.as_view(), name="loose-ends"),
    path("pipelines/<uuid:pipeline_id>/send-on/", runs.SendOnView.as_view(), name="pipeline-send-on"),
    path("pipelines/<uuid:pipeline_id>/nodes/<str:node_id>/", runs.NodeReportView.as_view(), name="node-report"),
    path("pipelines/<uuid:pipeline_id>/nodes/<str:node_id>/rounds/", runs.RoundListView.as_view(), name="rounds"),
    path(
        "pipelines/<uuid:pipeline_id>/nodes/<str:node_id>/selection/",
        runs.SelectionStateView.as_view(),
        name="selection-state",
    ),
    path("cycles/<uuid:cycle_id>/rerun/", runs.CycleRerunView.as_view(), name="cycle-rerun"),
    path("cycles/<uuid:cycle_id>/cost/", runs.CycleCostView.as_view(), name="cycle-cost"),
    path("cycles/<uuid:cycle_id>/", cycles.CycleDetailView.as_view(), name="cycle"),
    path("cycles/<uuid:cycle_id>/cancel/", cycles.CycleCancelView.as_view(), name="cycle-cancel"),
    path("cycles/<uuid:cycle_id>/retry/", cycles.CycleRetryView.as_view(), name="cycle-retry"),
    path("pipelines/<uuid:pipeline_id>/executions/", cycles.ExecutionListView.as_view(), name="executions"),
    path("executions/<uuid:execution_id>/", cycles.ExecutionDetailView.as_view(), name="execution"),
    path("executions/<uuid:execution_id>/retry/", cycles.ExecutionRetryView.as_view(), name="execution-retry"),
    path("executions/<uuid:execution_id>/rerun/", cycles.ExecutionRerunView.as_view(), name="execution-rerun"),
    path("projects/<uuid:project_id>/gates/", approvals.GateListView.as_view(), name="gates"),
    path("executions/<uuid:execution_id>/decide/", approvals.DecideView.as_view(), name="execution-decide"),
    path("items/<uuid:item_id>/cycles/", cycles.ItemCyclesView.as_view(), name="item-cycles"),
]

page_urlpatterns = [
    path("", pages.home_page, name="home"),
    path("pipelines/", pages.list_page, name="pipelines"),
    path("pipelines/<uuid:pipeline_id>/", pages.detail_page, name="pipeline"),
    path("pipelines/<uuid:pipeline_id>/edit/", pages.edit_page, name="pipeline-edit"),
    path("pipelines/<uuid:pipeline_id>/cycles/", pages.cycles_page, name="pipeline-cycles"),
]
