"""Addresses of datasets, under /api/v1/ and /p/<project_id>/."""

from __future__ import annotations

from django.urls import path

from datasets import pages
from datasets.api import annotations as operations
from datasets.api import datasets, exports, files, items, ontologies, outlines, test_sets, tiles, uploads, versions

api_urlpatterns = [
    path("projects/<uuid:project_id>/datasets/", datasets.DatasetListView.as_view(), name="datasets"),
    path("projects/<uuid:project_id>/datasets/trash/", datasets.DatasetTrashView.as_view(), name="datasets-trash"),
    path("projects/<uuid:project_id>/items/query/", items.ProjectQueryView.as_view(), name="project-items-query"),
    path("projects/<uuid:project_id>/ontologies/", ontologies.OntologyListView.as_view(), name="ontologies"),
    path("datasets/<uuid:dataset_id>/", datasets.DatasetDetailView.as_view(), name="dataset"),
    path("datasets/<uuid:dataset_id>/restore/", datasets.DatasetRestoreView.as_view(), name="dataset-restore"),
    path("datasets/<uuid:dataset_id>/facets/", datasets.DatasetFacetsView.as_view(), name="dataset-facets"),
    path("datasets/<uuid:dataset_id>/outlines/", outlines.OutlinesView.as_view(), name="dataset-outlines"),
    path("datasets/<uuid:dataset_id>/items/", uploads.UploadView.as_view(), name="dataset-items"),
    path("datasets/<uuid:dataset_id>/items/query/", items.DatasetQueryView.as_view(), name="dataset-items-query"),
    path("datasets/<uuid:dataset_id>/items/bulk/", items.BulkView.as_view(), name="dataset-items-bulk"),
    path("datasets/<uuid:dataset_id>/items/clone/", items.CloneView.as_view(), name="dataset-items-clone"),
    path("datasets/<uuid:dataset_id>/imports/", uploads.ImportListView.as_view(), name="imports"),
    path("datasets/<uuid:dataset_id>/test-sets/", test_sets.TestSetListView.as_view(), name="test-sets"),
    path("datasets/<uuid:dataset_id>/exports/", exports.ExportListView.as_view(), name="exports"),
    path("exports/<uuid:export_id>/file/", exports.ExportFileView.as_view(), name="export-file"),
    path("imports/<uuid:import_id>/", uploads.ImportDetailView.as_view(), name="import"),
    path("items/<uuid:item_id>/", items.ItemDetailView.as_view(), name="item"),
    path("items/<uuid:item_id>/restore/", items.ItemRestoreView.as_view(), name="item-restore"),
    path("items/<uuid:item_id>/stream/", files.StreamView.as_view(), name="item-stream"),
    path("items/<uuid:item_id>/thumbnail/", files.ThumbnailView.as_view(), name="item-thumbnail"),
    path("items/<uuid:item_id>/tiles/", tiles.TilesView.as_view(), name="item-tiles"),
    path("items/<uuid:item_id>/tiles/<int:level>/<int:column>/<int:row>/", tiles.TileView.as_view(), name="item-tile"),
    path("items/<uuid:item_id>/annotations/", operations.ItemAnnotationsView.as_view(), name="item-annotations"),
    path("items/<uuid:item_id>/versions/", versions.ItemVersionsView.as_view(), name="item-versions"),
    path("items/<uuid:item_id>/versions/<int:version>/", versions.ItemVersionView.as_view(), name="item-version"),
    path(
        "items/<uuid:item_id>/versions/<int:version>/restore/",
        versions.ItemVersionRestoreView.as_view(),
        name="item-version-restore",
    ),
    path("items/<uuid:item_id>/revisions/", operations.ItemRevisionsView.as_view(), name="item-revisions"),
    path(
        "annotations/<uuid:annotation_id>/restore/",
        operations.AnnotationRestoreView.as_view(),
        name="annotation-restore",
    ),
    path("ontologies/<uuid:ontology_id>/", ontologies.OntologyDetailView.as_view(), name="ontology"),
    path("ontologies/<uuid:ontology_id>/labels/", ontologies.LabelListView.as_view(), name="labels"),
    path("ontologies/<uuid:ontology_id>/attributes/", ontologies.AttributeListView.as_view(), name="attributes"),
    path("labels/<uuid:label_id>/", ontologies.LabelDetailView.as_view(), name="label"),
    path("attributes/<uuid:attribute_id>/", ontologies.AttributeDetailView.as_view(), name="attribute"),
    path("test-sets/<uuid:test_set_id>/", test_sets.TestSetDetailView.as_view(), name="test-set"),
    path(
        "test-sets/<uuid:test_set_id>/versions/", test_sets.TestSetVersionListView.as_view(), name="test-set-versions"
    ),
    path("test-set-versions/<uuid:version_id>/", test_sets.TestSetVersionDetailView.as_view(), name="test-set-version"),
    path(
        "test-set-versions/<uuid:version_id>/entries/", test_sets.TestSetEntriesView.as_view(), name="test-set-entries"
    ),
]

page_urlpatterns = [
    path("data/", pages.data, name="data"),
    path("data/<uuid:dataset_id>/", pages.dataset, name="dataset"),
]
