"""Addresses of people's work, under /api/v1/ and /p/<project_id>/."""

from __future__ import annotations

from django.urls import path

from annotation import pages
from annotation.api import figures, grid, issues, lead, pictures, stages, tasks, work

api_urlpatterns = [
    path("projects/<uuid:project_id>/tasks/", tasks.TaskListView.as_view(), name="tasks"),
    path("projects/<uuid:project_id>/work/", tasks.WorkView.as_view(), name="work"),
    path("projects/<uuid:project_id>/waiting/", tasks.WaitingView.as_view(), name="waiting"),
    path("projects/<uuid:project_id>/figures/", figures.FiguresView.as_view(), name="figures"),
    path("projects/<uuid:project_id>/figures/download/", figures.FiguresDownloadView.as_view(), name="figures-csv"),
    path("projects/<uuid:project_id>/mentions/", issues.MentionsView.as_view(), name="mentions"),
    path(
        "projects/<uuid:project_id>/instructions-preview/",
        lead.InstructionsPreviewView.as_view(),
        name="instructions-preview",
    ),
    path("datasets/<uuid:dataset_id>/pictures/", pictures.PicturesView.as_view(), name="dataset-pictures"),
    path("tasks/<uuid:task_id>/", tasks.TaskDetailView.as_view(), name="task"),
    path("tasks/<uuid:task_id>/progress/", tasks.TaskProgressView.as_view(), name="task-progress"),
    path("tasks/<uuid:task_id>/items/", tasks.TaskItemListView.as_view(), name="task-items"),
    path("tasks/<uuid:task_id>/items/put-back/", tasks.PutBackView.as_view(), name="task-items-put-back"),
    path("tasks/<uuid:task_id>/matches/", lead.TaskMatchesView.as_view(), name="task-matches"),
    path("tasks/<uuid:task_id>/filling/", lead.TaskFillingView.as_view(), name="task-filling"),
    path(
        "tasks/<uuid:task_id>/filling/<uuid:job_id>/cancel/",
        lead.TaskFillingCancelView.as_view(),
        name="task-filling-cancel",
    ),
    path("tasks/<uuid:task_id>/restore/", lead.TaskRestoreView.as_view(), name="task-restore"),
    path("tasks/<uuid:task_id>/review/", stages.TaskReviewView.as_view(), name="task-review"),
    path("tasks/<uuid:task_id>/issues/", issues.TaskIssuesView.as_view(), name="task-issues"),
    path("tasks/<uuid:task_id>/grid/", grid.GridView.as_view(), name="task-grid"),
    path("tasks/<uuid:task_id>/grid/undo/", grid.GridUndoView.as_view(), name="task-grid-undo"),
    path("tasks/<uuid:task_id>/reassign/", tasks.ReassignView.as_view(), name="task-reassign"),
    path("tasks/<uuid:task_id>/redistribute/", tasks.RedistributeView.as_view(), name="task-redistribute"),
    path("tasks/<uuid:task_id>/queue/next/", work.QueueNextView.as_view(), name="queue-next"),
    path("tasks/<uuid:task_id>/queue/open/", work.QueueOpenView.as_view(), name="queue-open"),
    path("tasks/<uuid:task_id>/queue/renew/", work.QueueRenewView.as_view(), name="queue-renew"),
    path("tasks/<uuid:task_id>/queue/hand-back/", work.QueueHandBackView.as_view(), name="queue-hand-back"),
    path("tasks/<uuid:task_id>/answer-key/", work.AnswerKeyView.as_view(), name="answer-key"),
    path("task-items/<uuid:task_item_id>/", work.TaskItemView.as_view(), name="task-item"),
    path("task-items/<uuid:task_item_id>/open/", work.OpenView.as_view(), name="task-item-open"),
    path("task-items/<uuid:task_item_id>/history/", work.HistoryView.as_view(), name="task-item-history"),
    path("task-items/<uuid:task_item_id>/complete/", work.CompleteView.as_view(), name="task-item-complete"),
    path("task-items/<uuid:task_item_id>/discard/", work.DiscardView.as_view(), name="task-item-discard"),
    path("task-items/<uuid:task_item_id>/skip/", work.SkipView.as_view(), name="task-item-skip"),
    path("task-items/<uuid:task_item_id>/undo/", work.UndoView.as_view(), name="task-item-undo"),
    path("task-items/<uuid:task_item_id>/approve/", work.ApproveView.as_view(), name="task-item-approve"),
    path("task-items/<uuid:task_item_id>/return/", work.ReturnView.as_view(), name="task-item-return"),
    path("task-items/<uuid:task_item_id>/issues/", issues.ItemIssuesView.as_view(), name="task-item-issues"),
    path("issues/<uuid:issue_id>/", issues.IssueView.as_view(), name="issue"),
    path("issues/<uuid:issue_id>/comments/", issues.IssueCommentsView.as_view(), name="issue-comments"),
    path("issues/<uuid:issue_id>/fix/", issues.IssueFixView.as_view(), name="issue-fix"),
    path("issues/<uuid:issue_id>/resolve/", issues.IssueResolveView.as_view(), name="issue-resolve"),
    path("issues/<uuid:issue_id>/reopen/", issues.IssueReopenView.as_view(), name="issue-reopen"),
]

page_urlpatterns = [
    path("tasks/", pages.tasks_page, name="tasks-page"),
    path("tasks/figures/", pages.figures_page, name="figures-page"),
    path("tasks/<uuid:task_id>/", pages.task_page, name="task-page"),
    path("studio/<uuid:task_id>/", pages.studio_page, name="studio-page"),
    path("studio/<uuid:task_id>/grid/", pages.grid_page, name="grid-page"),
    path("data/<uuid:dataset_id>/studio/", pages.dataset_studio_page, name="dataset-studio-page"),
]
