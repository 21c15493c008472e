// Generated from the OpenAPI schema by "npm run gen:api"; do not edit.
export interface paths {
  "/api/v1/adapters/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The kinds of model there are, with the schema their forms are built from. */
    get: operations["adapters_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/annotations/{annotation_id}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Makes an old revision the newest one. */
    post: operations["annotations_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/attributes/{attribute_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations["attributes_id_delete"];
    options?: never;
    head?: never;
    patch: operations["attributes_id_patch"];
    trace?: never;
  };
  "/api/v1/code-tests/{test_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["code_tests_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/comparisons/{comparison_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One comparison with its whole report. */
    get: operations["comparisons_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/cycles/{cycle_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One cycle: its path, every execution with inputs and outputs, the graph it runs through. */
    get: operations["cycles_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/cycles/{cycle_id}/cancel/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["cycles_id_cancel_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/cycles/{cycle_id}/cost/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What a cycle cost: people's active seconds, and the machine's, all together and by node. */
    get: operations["cycles_id_cost_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/cycles/{cycle_id}/rerun/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Runs a cycle again from a node; without one, from its beginning. */
    post: operations["cycles_id_rerun_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/cycles/{cycle_id}/retry/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Every failed execution of the cycle starts again with the inputs it had. */
    post: operations["cycles_id_retry_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["datasets_id_get"];
    put?: never;
    post?: never;
    /** @description Into the trash, for 30 days. */
    delete: operations["datasets_id_delete"];
    options?: never;
    head?: never;
    patch: operations["datasets_id_patch"];
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/exports/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The files of a dataset, newest first. */
    get: operations["datasets_id_exports_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/facets/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How many files have which status, subset, label, tag and folder. */
    get: operations["datasets_id_facets_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/imports/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Keeps Django from reading the form itself: the CSRF check looks into POST, our parser reads the stream once. */
    get: operations["datasets_id_imports_get"];
    put?: never;
    /** @description Takes a zip and unpacks it in the background; ask `imports/{id}/` how far it is and what it refused. */
    post: operations["datasets_id_imports_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/items/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Images of a dataset: list them, add to them. */
    get: operations["datasets_id_items_get"];
    put?: never;
    /** @description Adds files as they arrive. Each has a result; a bad one is refused with its reason, the rest goes in. */
    post: operations["datasets_id_items_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/items/bulk/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description One action over ids or a filter: at once for some hundred items, by a job (202) for more. */
    post: operations["datasets_id_items_bulk_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/items/clone/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Copies items into another dataset of the project; bytes are shared, items cloned before are left alone. */
    post: operations["datasets_id_items_clone_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/items/query/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Items (or annotations) of a dataset that pass a filter. */
    post: operations["datasets_id_items_query_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/outlines/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description The outlines of items of one page, small enough for thumbnails; items that are not there are left out. */
    post: operations["datasets_id_outlines_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/pictures/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Up to 8 pictures with their annotations; in the order asked for, without those that are not to be had. */
    post: operations["datasets_id_pictures_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Out of the trash. */
    post: operations["datasets_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{dataset_id}/test-sets/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["datasets_id_test_sets_get"];
    put?: never;
    post: operations["datasets_id_test_sets_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/deliveries/{delivery_id}/retry/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description What could not be delivered is sent once more, with the key it had. */
    post: operations["deliveries_id_retry_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/evaluations/{evaluation_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One evaluation with its whole report. */
    get: operations["evaluations_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/evaluations/{evaluation_id}/findings/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What stands out: the slices worse than the rest by more than chance, and labels that are probably wrong. */
    get: operations["evaluations_id_findings_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/evaluations/{evaluation_id}/items/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description The items behind the figures, the surest answers first: `only=wrong`, one cell of the confusion matrix, or
     *     those of a `slice`: the facts of one as the findings name it, a JSON object.
     */
    get: operations["evaluations_id_items_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/evaluations/{evaluation_id}/table/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The answers of every item as they were judged: columns in a NumPy archive (`.npz`), read without pickle. */
    get: operations["evaluations_id_table_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/evaluations/{evaluation_id}/thresholds/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description Precision, recall and F1 at every score, and the score that suits a wish: the best F1, the most recall at a
     *     precision of `target`, the best precision at a recall of `target`, or the least cost.
     */
    get: operations["evaluations_id_thresholds_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/executions/{execution_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One execution with its log, its error, and its job's progress while it runs. */
    get: operations["executions_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/executions/{execution_id}/decide/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Opens a gate, or refuses with a note. The first word counts: 409 for who comes later. */
    post: operations["executions_id_decide_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/executions/{execution_id}/rerun/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description The node runs once more for this cycle: a new execution, variables read anew; what follows, follows. */
    post: operations["executions_id_rerun_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/executions/{execution_id}/retry/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description A failed execution starts again with the inputs it had. */
    post: operations["executions_id_retry_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/exports/{export_id}/file/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The file, as a download. */
    get: operations["exports_id_file_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/firings/{firing_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["firings_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/gallery/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Published weights that a project can begin with, as the adapters declare them. */
    get: operations["gallery_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/health/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Workers' heartbeats, queues, storage, versions; for owners and engineers of any project. */
    get: operations["health_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/hooks/{trigger_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * @description A webhook from outside. ``X-ALP-Timestamp``: seconds since 1970; ``X-ALP-Signature``: "sha256=" and the
     *     HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body, with the trigger's secret as key. The body
     *     is empty, or {"items": [ids]} or {"filter": query}. The same message again starts nothing more.
     */
    post: operations["hooks_id_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/imports/{import_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["imports_id_get"];
    put?: never;
    post?: never;
    /** @description Stops the import; what is in stays in. */
    delete: operations["imports_id_delete"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/issues/{issue_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One issue with its thread. */
    get: operations["issues_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/issues/{issue_id}/comments/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Answer in the thread. */
    post: operations["issues_id_comments_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/issues/{issue_id}/fix/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description It is done: for who works on the item. */
    post: operations["issues_id_fix_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/issues/{issue_id}/reopen/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description The reviewer is not content. */
    post: operations["issues_id_reopen_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/issues/{issue_id}/resolve/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description The reviewer is content. */
    post: operations["issues_id_resolve_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["items_id_get"];
    put?: never;
    post?: never;
    /** @description Into the trash, for 30 days. */
    delete: operations["items_id_delete"];
    options?: never;
    head?: never;
    /** @description Changes what is sent; metadata is a diff. `?system=true` allows metadata.system. */
    patch: operations["items_id_patch"];
    trace?: never;
  };
  "/api/v1/items/{item_id}/annotations/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The live annotations of an item, and the content version they belong to. */
    get: operations["items_id_annotations_get"];
    put?: never;
    /** @description Applies operations; each has its own status in `answers`, so one that is stale does not stop the others. */
    post: operations["items_id_annotations_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/cycles/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The cycles one item went through: the pipelines' panel of an item's page. */
    get: operations["items_id_cycles_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/encoding/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The encoding: (256, 64, 64) float16, little-endian, row-major. 409 while it is not there. */
    get: operations["items_id_encoding_get"];
    put?: never;
    /** @description Asks for it, and how it stands: 202 while it is to come, 200 when it is ready or will not come. */
    post: operations["items_id_encoding_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/predictions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What each version said of the item, the newest version first. */
    get: operations["items_id_predictions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Out of the trash. */
    post: operations["items_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/revisions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Who said what about the item, newest first. */
    get: operations["items_id_revisions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/scores/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description All that was compared about one item, with each pair of annotations. */
    get: operations["items_id_scores_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/stream/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The file as it was uploaded. Ranges and ETag are understood. */
    get: operations["items_id_stream_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/thumbnail/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The picture, upright, no longer than `size` on its longer side, in a format every browser shows. */
    get: operations["items_id_thumbnail_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/tiles/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How the picture is cut into tiles, and whether that is done. Pictures that are shown whole have none: 404. */
    get: operations["items_id_tiles_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/tiles/{level}/{column}/{row}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One tile. 202 without a body while the picture is being cut. */
    get: operations["items_id_tiles_id_id_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/versions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Newest first; `?after=<id>` goes on to older ones. */
    get: operations["items_id_versions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/versions/{version}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description All annotations as they were after this version. */
    get: operations["items_id_versions_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/items/{item_id}/versions/{version}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Makes the annotations what they were then, as new changes: what came since stays in the history. */
    post: operations["items_id_versions_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/labels/{label_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** @description Deletes a label that is on no annotation. */
    delete: operations["labels_id_delete"];
    options?: never;
    head?: never;
    patch: operations["labels_id_patch"];
    trace?: never;
  };
  "/api/v1/me/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The person signed in. */
    get: operations["me_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** @description The person signed in. */
    patch: operations["me_patch"];
    trace?: never;
  };
  "/api/v1/members/{member_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** @description Removes someone, or leaves the project oneself. */
    delete: operations["members_id_delete"];
    options?: never;
    head?: never;
    patch: operations["members_id_patch"];
    trace?: never;
  };
  "/api/v1/models/{model_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["models_id_get"];
    put?: never;
    post?: never;
    /** @description Moves the version to the trash. */
    delete: operations["models_id_delete"];
    options?: never;
    head?: never;
    /** @description Name, notes, tags, and from which score its shapes are shown; everything else of a version is fixed. */
    patch: operations["models_id_patch"];
    trace?: never;
  };
  "/api/v1/models/{model_id}/archive/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Puts a version aside. */
    post: operations["models_id_archive_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/artifacts/{name}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One file of the version, as a download. */
    get: operations["models_id_artifacts_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/cancel/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Asks the training to stop; it does at its next look. */
    post: operations["models_id_cancel_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/clone/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description A second version with the same weights, in its own name. */
    post: operations["models_id_clone_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/evaluations/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The evaluations of a version. */
    get: operations["models_id_evaluations_get"];
    put?: never;
    /** @description Asks for an evaluation; the one there is comes back when nothing has changed. */
    post: operations["models_id_evaluations_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/export/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The version as one zip: its manifest, its weights as safetensors, its lineage and training as JSON. */
    get: operations["models_id_export_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/exports/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What the version can be written as for other programs, and what was; a file is an artifact of the version. */
    get: operations["models_id_exports_get"];
    put?: never;
    /** @description Writes one by a job, which checks it against the net on real pictures before it is offered. */
    post: operations["models_id_exports_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/lineage/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description Where the version comes from: ancestors, counts, software, seed, files (lineage.json has the exact items);
     *     and what came of it: evaluations, comparisons, promotions, versions made from it.
     */
    get: operations["models_id_lineage_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/lineage/items/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The content of lineage.json: the exact items, annotations and revisions the version was made from. */
    get: operations["models_id_lineage_items_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/load/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Tries again to load a version from its file, server or public weights. */
    post: operations["models_id_load_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/log/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What happened to the version, oldest first. */
    get: operations["models_id_log_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/metrics/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The metric samples of the training: one chart a figure, one line a legend. */
    get: operations["models_id_metrics_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/promote/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Makes the version best, whatever the gate said; the history keeps who did it and why. */
    post: operations["models_id_promote_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/rollback/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Takes this best version out and puts back the one it had replaced, which is the answer. */
    post: operations["models_id_rollback_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/samples/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What it said of a few validation pictures after each epoch of its training (behind epoch `after`). */
    get: operations["models_id_samples_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/train/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Queues the training; one that was cancelled or failed goes on from its checkpoint. */
    post: operations["models_id_train_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/try/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Shows the form's picture to the version; nothing of it is kept in a dataset. */
    post: operations["models_id_try_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/try/{job_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How a try stands, and what the version said once it is done. */
    get: operations["models_id_try_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/models/{model_id}/uses/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The pipelines of its project that hold the model, and where. */
    get: operations["models_id_uses_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/node-types/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Every node type and version: the editor's palette, forms and port checks come from it. */
    get: operations["node_types_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/ontologies/{ontology_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["ontologies_id_get"];
    put?: never;
    post?: never;
    delete: operations["ontologies_id_delete"];
    options?: never;
    head?: never;
    patch: operations["ontologies_id_patch"];
    trace?: never;
  };
  "/api/v1/ontologies/{ontology_id}/attributes/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["ontologies_id_attributes_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/ontologies/{ontology_id}/labels/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** @description Puts the labels into an order. */
    put: operations["ontologies_id_labels_put"];
    /** @description Adds a label; colour and digit are the next free ones unless given. */
    post: operations["ontologies_id_labels_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipeline-templates/{template_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations["pipeline_templates_id_delete"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["pipelines_id_get"];
    put?: never;
    post?: never;
    delete: operations["pipelines_id_delete"];
    options?: never;
    head?: never;
    patch: operations["pipelines_id_patch"];
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/code/test/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Tries a code on an item, in the background and the sandbox; nothing is written. Ask for the answer by its id. */
    post: operations["pipelines_id_code_test_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/code/versions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Every text that the pipeline's code nodes had in a saved draft, newest first. */
    get: operations["pipelines_id_code_versions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/counters/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Live counters: executions by node and status, cycles by status, what passed each connection, throughput. */
    get: operations["pipelines_id_counters_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/cycles/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Cycles of a pipeline, newest first. ``?status=`` and ``?item=`` narrow. */
    get: operations["pipelines_id_cycles_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/cycles/cancel/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Cancels these cycles of the pipeline, or all that are open. A few end at once; more by a job, which is told. */
    post: operations["pipelines_id_cycles_cancel_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/deliveries/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Requests, webhooks and mails, newest first. */
    get: operations["pipelines_id_deliveries_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/diff/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What changed from one graph to another. Each is "draft", "published", a revision's number or its id. */
    get: operations["pipelines_id_diff_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/executions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description Executions of a pipeline, newest first. ``?node=``, ``?status=``, ``?action=``, ``?code=`` (of the error) and
     *     ``?loose=true`` (ended on no connection) narrow.
     */
    get: operations["pipelines_id_executions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/export/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The draft as a file that can be imported into this or another project. */
    get: operations["pipelines_id_export_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/loose-ends/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description What ended on no connection (a discarded item, say), by node and action. The executions themselves: the list of
     *     executions with ``?loose=true``.
     */
    get: operations["pipelines_id_loose_ends_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/nodes/{node_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description How one node does: durations, throughput of the last hour, failures by code, the newest logs, and the figures
     *     that its type has of its own.
     */
    get: operations["pipelines_id_nodes_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/nodes/{node_id}/rounds/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Rounds of a Select node, newest first. What waits for the next one are the node's waiting executions. */
    get: operations["pipelines_id_nodes_id_rounds_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/nodes/{node_id}/saving/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How good the pipeline's versions are over how many labels they learnt from, on one and the same test set. */
    get: operations["pipelines_id_nodes_id_saving_get"];
    put?: never;
    /**
     * @description Compares with chance: models of the same recipe learn only labels that no strategy chose, and are evaluated
     *     on the same test set. One that is under way goes on; one that has ended begins anew.
     */
    post: operations["pipelines_id_nodes_id_saving_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/nodes/{node_id}/saving/cancel/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Stops the comparison with chance and what it started. */
    post: operations["pipelines_id_nodes_id_saving_cancel_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/nodes/{node_id}/selection/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How far a Select node is: its pool, what is open, and why the next round waits. */
    get: operations["pipelines_id_nodes_id_selection_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/pause/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["pipelines_id_pause_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/rerun/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * @description Runs a node once more for every cycle that has been there, or for some; what follows, follows. A few run again
     *     at once; more by a job, which is told.
     */
    post: operations["pipelines_id_rerun_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/reset/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description A draft again, with no cycles: a job forgets them, with their executions, firings and counters. */
    post: operations["pipelines_id_reset_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Out of the trash, as a draft. */
    post: operations["pipelines_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/resume/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * @description Goes on after a pause. With many open cycles to be cancelled first it is still ``paused`` in the answer: a job
     *     cancels them and then starts it.
     */
    post: operations["pipelines_id_resume_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/retry/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * @description Retries what failed: of the whole pipeline, of one node, or of these cycles. A few start at once; more by a
     *     job, which is told.
     */
    post: operations["pipelines_id_retry_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/revisions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What was published, newest first, without the graphs. */
    get: operations["pipelines_id_revisions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/run/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Starts a cycle for every item that matches, in the background. The firing in the answer shows how far it is. */
    post: operations["pipelines_id_run_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/run/count/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description How many cycles "Run with pipeline" would start; nothing happens. */
    post: operations["pipelines_id_run_count_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/send-on/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * @description Sends loose ends back in, by a connection or into a node: these executions, or all of a node (with an action, or
     *     with none), however many. A few that are named go at once, else a job sends them.
     */
    post: operations["pipelines_id_send_on_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/start/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Publishes the draft and runs it; a running pipeline goes on with the new graph. */
    post: operations["pipelines_id_start_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/triggers/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["pipelines_id_triggers_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/validate/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description What is wrong with the draft, or with the graph sent along (nothing is saved). */
    post: operations["pipelines_id_validate_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pipelines/{pipeline_id}/variables/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The pipeline's variables, and what the datasets, models and items they name are called. */
    get: operations["pipelines_id_variables_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The projects a person is a member of. */
    get: operations["projects_get"];
    put?: never;
    /** @description Whoever makes a project owns it. */
    post: operations["projects_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["projects_id_get"];
    put?: never;
    post?: never;
    /** @description Hides the project from everyone; its rows are kept. */
    delete: operations["projects_id_delete"];
    options?: never;
    head?: never;
    patch: operations["projects_id_patch"];
    trace?: never;
  };
  "/api/v1/projects/{project_id}/comparisons/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The comparisons of a project, newest first. */
    get: operations["projects_id_comparisons_get"];
    put?: never;
    /**
     * @description Judges a candidate against an incumbent. Both evaluations on the version must be there; repeats with other
     *     seeds, where the configuration asks for several, are started, and are 409 until they are evaluated.
     */
    post: operations["projects_id_comparisons_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/datasets/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Those the person may see; `q`: a part of the name. */
    get: operations["projects_id_datasets_get"];
    put?: never;
    /** @description Makes a dataset; with `labels` also an ontology of its name. */
    post: operations["projects_id_datasets_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/datasets/trash/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Deleted datasets, 30 days. */
    get: operations["projects_id_datasets_trash_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/figures/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Throughput, active time, acceptance, rework, issues over a period. Leads see everyone, others themselves. */
    get: operations["projects_id_figures_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/figures/download/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The same rows as a CSV file; rates are 0 to 1, an empty cell says that there is no figure. */
    get: operations["projects_id_figures_download_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/gates/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What waits at the approval gates of a project, oldest first. ``?pipeline=`` narrows. */
    get: operations["projects_id_gates_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/instructions-preview/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Markdown as people of a task will see it. */
    post: operations["projects_id_instructions_preview_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/items/query/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Items (or annotations) of all datasets of a project that pass a filter. */
    post: operations["projects_id_items_query_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/members/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description By name; `q`: a part of a name or address, `role`: of one of these, `user`: of these people. */
    get: operations["projects_id_members_get"];
    put?: never;
    /** @description Adds a person by e-mail; an unknown address gets an account and a link to set its password. */
    post: operations["projects_id_members_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/mentions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Where I am mentioned, newest first. unread=1: only what I have not seen. */
    get: operations["projects_id_mentions_get"];
    put?: never;
    /** @description I have seen these (or all) mentions. */
    post: operations["projects_id_mentions_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The versions of a project, newest first. */
    get: operations["projects_id_models_get"];
    put?: never;
    /** @description Makes a version from a base model and ground truth; with `train` its training starts at once. */
    post: operations["projects_id_models_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/figures/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Metric against labels, and the history of best versions. */
    get: operations["projects_id_models_figures_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/import/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Takes in a version that was exported here or elsewhere; it may predict once its weights are checked. */
    post: operations["projects_id_models_import_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/register/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * @description Registers a base version: an architecture, perhaps pretrained, that has learnt none of the labels yet; of an
     *     adapter that is not trained here, the trained model that its configuration names, which a job loads. With
     *     `public` a model of the gallery, whose weights a job fetches.
     */
    post: operations["projects_id_models_register_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/tags/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The tags that versions of the project carry. */
    get: operations["projects_id_models_tags_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/together/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Figures of each by class and by slice, and how many pictures each alone got right. */
    get: operations["projects_id_models_together_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/models/together/items/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The pictures that `only` this model got right; without it, those that none did. */
    get: operations["projects_id_models_together_items_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/ontologies/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["projects_id_ontologies_get"];
    put?: never;
    post: operations["projects_id_ontologies_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/pipeline-templates/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description The gallery: ready-made templates, then those of this project. A template's variables without a value are asked
     *     for when a pipeline is made from it.
     */
    get: operations["projects_id_pipeline_templates_get"];
    put?: never;
    /** @description Saves the draft of a pipeline as a template of its project. */
    post: operations["projects_id_pipeline_templates_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/pipelines/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["projects_id_pipelines_get"];
    put?: never;
    /** @description From a template (with values of its variables) or from a graph; a draft until it is started. */
    post: operations["projects_id_pipelines_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/pipelines/import/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description A draft from a file, with what of it could not be taken over; with ``dry_run`` only the report. */
    post: operations["projects_id_pipelines_import_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/pipelines/trash/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Deleted pipelines, the newest first. */
    get: operations["projects_id_pipelines_trash_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/promotions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Who became best, when and why, newest first. */
    get: operations["projects_id_promotions_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/scores/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The scores of one kind, the lowest first. */
    get: operations["projects_id_scores_get"];
    put?: never;
    /** @description Looks at every approved item anew; with a model, has it predict its test set first and compares that. */
    post: operations["projects_id_scores_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/scores/labels/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What the scores come to by type and label of what is true. */
    get: operations["projects_id_scores_labels_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/scores/summary/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The means of each model, person or pair of people, the lowest first. */
    get: operations["projects_id_scores_summary_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/secrets/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The names, by age. */
    get: operations["projects_id_secrets_get"];
    put?: never;
    /** @description The names, by age. */
    post: operations["projects_id_secrets_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/tasks/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Tasks the person may see, newest first; `q`: a part of the name. */
    get: operations["projects_id_tasks_get"];
    put?: never;
    post: operations["projects_id_tasks_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/tokens/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Every token bound to a project, whoever made it. */
    get: operations["projects_id_tokens_get"];
    put?: never;
    /** @description Makes an own token bound to the project. */
    post: operations["projects_id_tokens_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/waiting/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How much waits for me in this project: the number in the top bar. */
    get: operations["projects_id_waiting_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/projects/{project_id}/work/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What waits for me in this project, and what I did today. */
    get: operations["projects_id_work_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/revisions/{revision_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One revision with its graph. */
    get: operations["revisions_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/revisions/{revision_id}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Makes the revision's graph the draft; publishing it is another step. */
    post: operations["revisions_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/secrets/{secret_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations["secrets_id_delete"];
    options?: never;
    head?: never;
    /** @description A new value; it is used from the next request on. */
    patch: operations["secrets_id_patch"];
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["task_items_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/approve/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Make it ground truth; with another label, correct it first. */
    post: operations["task_items_id_approve_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/complete/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Label and finish; annotations drawn before are checked: 422 `not_ready` lists what each of them lacks. */
    post: operations["task_items_id_complete_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/discard/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Cannot be labelled. */
    post: operations["task_items_id_discard_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/history/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What was done to the item here, and in the labelling that this reviews; oldest first. */
    get: operations["task_items_id_history_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/issues/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The issues of an item, oldest first; on a review item those of the labelling it reviews. */
    get: operations["task_items_id_issues_get"];
    put?: never;
    /** @description Say what is wrong. */
    post: operations["task_items_id_issues_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/open/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description All that the studio shows of an item: itself, its annotations, the model's suggestions, the words to use. */
    get: operations["task_items_id_open_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/return/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Send it back to its annotator, with issues or a note. */
    post: operations["task_items_id_return_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/skip/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Later: it goes behind the rest of my queue. */
    post: operations["task_items_id_skip_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/task-items/{task_item_id}/undo/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Take my last answer back. */
    post: operations["task_items_id_undo_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["tasks_id_get"];
    put?: never;
    post?: never;
    /** @description Archives the task; its items, log and figures stay. */
    delete: operations["tasks_id_delete"];
    options?: never;
    head?: never;
    patch: operations["tasks_id_patch"];
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/answer-key/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description How many open items the project's answer key could answer; 0 where there is no key. */
    get: operations["tasks_id_answer_key_get"];
    put?: never;
    /** @description Let the answer key do part of the queue in my name, marked as simulated. */
    post: operations["tasks_id_answer_key_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/filling/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The jobs that still put items into the task, oldest first. */
    get: operations["tasks_id_filling_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/filling/{job_id}/cancel/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Stops one of them; what is in the task already stays. Answers with those that go on. */
    post: operations["tasks_id_filling_id_cancel_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/grid/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What waits for review here and is mine or nobody's, by age. */
    get: operations["tasks_id_grid_get"];
    put?: never;
    /** @description Approve what is not flagged, return what is; all in one transaction. */
    post: operations["tasks_id_grid_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/grid/undo/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Take back what one act decided, item by item. */
    post: operations["tasks_id_grid_undo_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/issues/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The issues of a task, newest first. state: open, fixed, resolved, or unresolved for the first two. */
    get: operations["tasks_id_issues_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/items/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * @description Items, for leads. status: open, free, assigned, sent_back, with_annotator, finished, returned, or a status;
     *     from, to: days on which they were finished; name: a part of the file's path.
     */
    get: operations["tasks_id_items_get"];
    put?: never;
    /**
     * @description Adds items to the queue, by ids or by a filter over the task's dataset: at once, or by a job (202) where the
     *     filter finds many.
     */
    post: operations["tasks_id_items_post"];
    /** @description Takes open items out of the task, by ids or by a filter over its dataset. */
    delete: operations["tasks_id_items_delete"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/items/put-back/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Takes back that items were taken out: the same ones, with suggestion, reason and issues. */
    post: operations["tasks_id_items_put_back_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/matches/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description How many items a filter finds in the task's dataset, and how many of them are in the task. */
    post: operations["tasks_id_matches_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/progress/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Counts by status, and by person: everybody for leads, oneself for an annotator. */
    get: operations["tasks_id_progress_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/queue/hand-back/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Give back what I hold (all, or the named ones), except what was sent back to me. */
    post: operations["tasks_id_queue_hand_back_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/queue/next/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description My next items in order, sent-back ones first; pulls more when few are left, and holds them for me. */
    post: operations["tasks_id_queue_next_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/queue/open/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Several items as `task-items/{id}/open/` shows one, in the order asked for; those not mine are left out. */
    post: operations["tasks_id_queue_open_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/queue/renew/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description My page lives: keep what I hold. */
    post: operations["tasks_id_queue_renew_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/reassign/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Gives open items to one person, or (null) back to the queue. */
    post: operations["tasks_id_reassign_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/redistribute/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Deals all open items that nobody is looking at anew, by shares. */
    post: operations["tasks_id_redistribute_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/restore/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Takes a task out of the archive; it is open again. */
    post: operations["tasks_id_restore_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tasks/{task_id}/review/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What the task follows, what follows it, its sample and its rule, and what they led to; for leads. */
    get: operations["tasks_id_review_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/test-set-versions/{version_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["test_set_versions_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/test-set-versions/{version_id}/entries/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The frozen items with their labels; `?after=<id>` goes on. */
    get: operations["test_set_versions_id_entries_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/test-sets/{test_set_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["test_sets_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: operations["test_sets_id_patch"];
    trace?: never;
  };
  "/api/v1/test-sets/{test_set_id}/versions/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["test_sets_id_versions_get"];
    put?: never;
    /** @description Freezes the approved items that match now as the next version. */
    post: operations["test_sets_id_versions_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tokens/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description One's own tokens. */
    get: operations["tokens_get"];
    put?: never;
    /** @description Makes a token with one's own rights, in all one's projects or in one. */
    post: operations["tokens_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tokens/{token_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** @description Revokes a token: one's own, or one bound to a project whose tokens one manages. */
    delete: operations["tokens_id_delete"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/trigger-measures/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description Every figure that a trigger may watch: the editor's form comes from it. */
    get: operations["trigger_measures_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/trigger-schedule/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description When a clock with these settings would fire; nothing is stored. */
    post: operations["trigger_schedule_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/triggers/{trigger_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: operations["triggers_id_patch"];
    trace?: never;
  };
  "/api/v1/triggers/{trigger_id}/count/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description How many cycles firing it so would start; nothing happens. */
    post: operations["triggers_id_count_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/triggers/{trigger_id}/fire/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description Fires a trigger now, in the background. Its pauses and overlap hold as for any other firing. */
    post: operations["triggers_id_fire_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/triggers/{trigger_id}/firings/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description What a trigger did, newest first. */
    get: operations["triggers_id_firings_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/triggers/{trigger_id}/secret/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** @description A new secret for a webhook trigger, shown this once; the one before stops working. */
    post: operations["triggers_id_secret_post"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/variables/{variable_id}/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["variables_id_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** @description Takes effect at once, also while the pipeline runs. */
    patch: operations["variables_id_patch"];
    trace?: never;
  };
  "/api/v1/variables/{variable_id}/changes/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description History, newest first. */
    get: operations["variables_id_changes_get"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    _PipelineRef: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    /** @description ``job``: what does it in the background; null where it is done. */
    Acted: {
      count: number;
      /** Format: uuid */
      job: string | null;
    };
    /** @description What every act carries. `op_id`: the client's name for it; a repeated one changes nothing. */
    ActRequest: {
      /** @default  */
      note: string;
      /** Format: uuid */
      op_id?: string | null;
      /**
       * Format: double
       * @default 0
       */
      seconds: number;
    };
    Adapter: {
      annotation_types: string[];
      config_schema: {
        [key: string]: unknown;
      };
      defaults: {
        [key: string]: unknown;
      };
      description: string;
      encoder: boolean;
      input_size: number;
      learns_from: string[];
      licence: string;
      name: string;
      task: string;
      title: string;
      trainable: boolean;
    };
    AdapterList: {
      items: components["schemas"]["Adapter"][];
      next: string | null;
    };
    /** @description `job`: it adds them and tells its progress; null: they are in. */
    Added: {
      count: number;
      /** Format: uuid */
      job: string | null;
    };
    /** @description Items by id, or all that match a filter of the query language. */
    AddItemsRequest: {
      filter?: {
        [key: string]: unknown;
      };
      items?: string[];
      priority?: number;
    };
    /** @description What the task takes. `labels` null: any text. `single_class`: an answer is one label, given to `complete`. */
    Allowed: {
      labels: string[] | null;
      single_class: boolean;
      types: string[];
    };
    Annotation: {
      approved: boolean;
      approvedRevision: number | null;
      approvedRule: string;
      attributes: {
        [key: string]: unknown;
      };
      author: components["schemas"]["AnnotationAuthor"] | null;
      createdAt: string;
      /** @description E-mail address. */
      creator: string | null;
      deleted: boolean;
      geometry: unknown;
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      itemId: string;
      label: string;
      metadata: {
        [key: string]: unknown;
      };
      revision: number;
      sourcePrediction: string | null;
      type: string;
      updatedAt: string;
    };
    AnnotationAuthor: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    /** @description A pair of annotations, or one without a partner (then the other side is null and every figure 0). */
    AnnotationScore: {
      /** Format: double */
      attributes: number | null;
      /** Format: double */
      confidence: number | null;
      found: string | null;
      found_label: string | null;
      /** Format: double */
      geometry: number | null;
      /** Format: double */
      label: number;
      /** Format: double */
      score: number;
      truth: string | null;
      truth_label: string | null;
      type: string;
    };
    Answered: {
      answered: number;
      corrected: number;
      simulated: boolean;
      unknown: number;
    };
    AnswerKey: {
      available: number;
    };
    AnswerKeyAskRequest: {
      count: number;
    };
    /**
     * @description `label`: the corrected class. `empty`: there is nothing to label here. `resolve_fixed`: resolve the issues marked
     *     as fixed along with it, `resolve_open` those still open; without, they stand in its way.
     */
    ApproveRequest: {
      /** @default false */
      empty: boolean;
      label?: string | null;
      /** @default  */
      note: string;
      /** Format: uuid */
      op_id?: string | null;
      /** @default false */
      resolve_fixed: boolean;
      /** @default false */
      resolve_open: boolean;
      /**
       * Format: double
       * @default 0
       */
      seconds: number;
      seen_version?: number | null;
    };
    Attribute: {
      /** Format: uuid */
      readonly id: string;
      readonly key: string;
      /**
       * @description * `options` - options
       *     * `range` - range
       *     * `boolean` - yes or no
       *     * `text` - free text
       * @enum {string}
       */
      readonly kind: "options" | "range" | "boolean" | "text";
      readonly multi: boolean;
      readonly optional: boolean;
      readonly order: number;
      readonly scope: unknown;
      readonly title: string;
      readonly value_range: unknown;
      readonly values: unknown;
    };
    AttributeWriteRequest: {
      key: string;
      kind: string;
      multi?: boolean;
      optional?: boolean;
      scope?: string[];
      title?: string;
      value_range?: unknown;
      values?: string[];
    };
    /**
     * @description What a review task approves without a person: what it does not sample, or what was submitted exactly as the model
     *     suggested it with at least this confidence (then `unchanged` is true).
     */
    AutoAccept: {
      /**
       * @description * `not_sampled` - not_sampled
       *     * `agreement` - agreement
       * @enum {string}
       */
      kind: "not_sampled" | "agreement";
      /** Format: double */
      min_confidence?: number;
      unchanged?: boolean;
    };
    /**
     * @description What a review task approves without a person: what it does not sample, or what was submitted exactly as the model
     *     suggested it with at least this confidence (then `unchanged` is true).
     */
    AutoAcceptRequest: {
      /**
       * @description * `not_sampled` - not_sampled
       *     * `agreement` - agreement
       * @enum {string}
       */
      kind: "not_sampled" | "agreement";
      /** Format: double */
      min_confidence?: number;
      unchanged?: boolean;
    };
    BulkAnswer: {
      /** @description Null while a job is at it. */
      changed: number | null;
      /** Format: uuid */
      job: string | null;
      undo: unknown;
    };
    /** @description Which items: a list of ids, or a filter over the dataset. */
    BulkRequest: {
      /**
       * @description * `add_tag` - add_tag
       *     * `delete` - delete
       *     * `hide` - hide
       *     * `move` - move
       *     * `remove_tag` - remove_tag
       *     * `restore` - restore
       *     * `subset` - subset
       * @enum {string}
       */
      action: "add_tag" | "delete" | "hide" | "move" | "remove_tag" | "restore" | "subset";
      /**
       * Format: date-time
       * @description For restore: what I deleted since then.
       */
      deleted_since?: string;
      filter?: {
        [key: string]: unknown;
      };
      ids?: string[];
      value?: unknown;
    };
    /**
     * @description The comparison with labels by chance on the curve's test set. ``done`` of ``total`` trainings and evaluations
     *     while it is under way; ``report`` once it is done; ``error`` where it failed; ``model``: the first seed.
     */
    ChanceCheck: {
      /** Format: date-time */
      created_at: string;
      /** Format: double */
      done: number;
      error: string;
      /** Format: date-time */
      finished_at: string | null;
      /** Format: uuid */
      model: string | null;
      report: components["schemas"]["ChanceReport"] | null;
      seeds: number;
      /**
       * @description * `running` - running
       *     * `done` - done
       *     * `failed` - failed
       *     * `cancelled` - cancelled
       * @enum {string}
       */
      state: "running" | "done" | "failed" | "cancelled";
      total: number;
    };
    /**
     * @description ``verdict``: saved, none (shown), costs, or too_few labels by chance (fewer than ``least``; nothing was trained
     *     then). ``labels`` by chance: ``start`` that no round picked and ``picked`` ones; ``figures``: of each seed. The
     *     pipeline's own versions reached their mean with ``reached`` labels (null: never so far; ``at_most``: its smallest
     *     has it already): ``saving`` 1 - reached / labels, from ``low`` to ``high`` (null: open) at ``level``. The curve it
     *     was read from: ``versions`` from ``first`` to ``last`` labels.
     */
    ChanceReport: {
      at_most?: boolean;
      figures?: number[];
      first?: number;
      /** Format: double */
      high?: number | null;
      labels?: number;
      last?: number;
      least?: number;
      /** Format: double */
      level?: number;
      /** Format: double */
      low?: number | null;
      metric?: string;
      picked: number;
      /** Format: double */
      reached?: number | null;
      /** Format: double */
      saving?: number | null;
      start: number;
      /**
       * @description * `saved` - saved
       *     * `none` - none
       *     * `costs` - costs
       *     * `too_few` - too_few
       * @enum {string}
       */
      verdict: "saved" | "none" | "costs" | "too_few";
      versions?: number;
    };
    /** @description ``field`` is dotted below ``config``, ``inputs`` and ``spec``; a side that lacks it is null. */
    Change: {
      after: unknown;
      before: unknown;
      field: string;
    };
    /** @description These cycles, or every open one (cancel) or every failed one (retry) without ``ids``. */
    ChooseCyclesRequest: {
      ids?: string[];
      /** @default  */
      node: string;
    };
    /** @description Which items: a list of ids, or a filter over the dataset. */
    CloneRequest: {
      directory?: string;
      filter?: {
        [key: string]: unknown;
      };
      ids?: string[];
      only_approved?: boolean;
      /** Format: uuid */
      target: string;
    };
    CodeTest: {
      done: boolean;
      /** Format: uuid */
      id: string;
      reply: components["schemas"]["CodeTestReply"] | null;
    };
    /** @description ``config`` is a code node's: the code in it need not be saved. ``inputs`` are those beside the item. */
    CodeTestCreateRequest: {
      config: {
        [key: string]: unknown;
      };
      inputs?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      item?: string | null;
    };
    CodeTestError: {
      code: string;
      line?: number | null;
      message: string;
      trace?: string | null;
      type?: string | null;
    };
    CodeTestReply: {
      error?: components["schemas"]["CodeTestError"];
      ok: boolean;
      result?: unknown;
      /** Format: double */
      seconds?: number;
      stdout?: string;
    };
    CodeVersion: {
      author: components["schemas"]["PipelinePerson"] | null;
      code: string;
      /** Format: date-time */
      created_at?: string;
      /** Format: uuid */
      readonly id: string;
      node_id: string;
      sha256: string;
    };
    CodeVersionList: {
      items: components["schemas"]["CodeVersion"][];
      next: string | null;
    };
    Comparison: {
      candidate: components["schemas"]["Named"];
      config: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      created_at: string;
      /** Format: uuid */
      cycle_id: string | null;
      /** Format: uuid */
      id: string;
      incumbent: components["schemas"]["Named"];
      reason: string;
      report?: {
        [key: string]: unknown;
      };
      test_set_version: components["schemas"]["VersionOfTestSet"] | null;
      verdict: string;
      /** @description The candidate is better, and waits for a person's approval */
      waits: boolean;
    };
    ComparisonCreateRequest: {
      /** Format: uuid */
      candidate: string;
      config?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      incumbent: string;
      /** Format: uuid */
      test_set_version?: string | null;
    };
    ComparisonList: {
      items: components["schemas"]["Comparison"][];
      next: string | null;
    };
    /** @description `label`: the answer of a classification task. `empty`: there is nothing to label here. */
    CompleteRequest: {
      /** @default false */
      empty: boolean;
      label?: string | null;
      /** @default  */
      note: string;
      /** Format: uuid */
      op_id?: string | null;
      /**
       * Format: double
       * @default 0
       */
      seconds: number;
      seen_version?: number | null;
      /** @default completed */
      status: string;
    };
    Connection: {
      action: string | null;
      condition: string;
      id: string;
      source: components["schemas"]["Place"];
      target: components["schemas"]["Place"];
    };
    ConnectionChanged: {
      changes: components["schemas"]["Change"][];
      part: components["schemas"]["Connection"];
    };
    ConnectionDifference: {
      added: components["schemas"]["Connection"][];
      changed: components["schemas"]["ConnectionChanged"][];
      removed: components["schemas"]["Connection"][];
    };
    /** @description Seconds. */
    Cost: {
      /** Format: double */
      machine: number;
      nodes: components["schemas"]["NodeCost"][];
      /** Format: double */
      people: number;
    };
    Count: {
      count: number;
    };
    /**
     * @description ``connections``: id in the published graph → how many values passed, since it first had these ends and action.
     *     ``throughput`` leaves out nodes that did nothing for an hour.
     */
    Counters: {
      connections: {
        [key: string]: number;
      };
      cycles: components["schemas"]["CycleCounts"];
      nodes: {
        [key: string]: components["schemas"]["NodeCounts"];
      };
      throughput: {
        [key: string]: components["schemas"]["Throughput"];
      };
    };
    Counts: {
      annotated: number;
      approved: number;
      items: number;
      test: number;
      train: number;
      validation: number;
    };
    /** @description A version: pictures it learnt from, its figure on the test set, of an accuracy the 95 % interval. */
    CurvePoint: {
      /** Format: double */
      figure: number;
      interval: number[] | null;
      labels: number;
      /** Format: uuid */
      model: string;
      name: string;
      stage: string;
    };
    CurveTestSet: {
      /** Format: uuid */
      id: string;
      items: number;
      name: string;
      number: number;
    };
    /** @description `curve`: threshold, precision, recall, f1; `cut`: the best one for the wish; `reason`: why there is none. */
    Cutting: {
      curve: {
        [key: string]: unknown;
      } | null;
      cut: {
        [key: string]: unknown;
      } | null;
      label: string | null;
      labels: string[];
      reason: string | null;
      /** Format: double */
      shown_from: number | null;
      /** @description Whether all labels can be cut as one */
      whole: boolean;
    };
    Cycle: {
      readonly counts: {
        [key: string]: number;
      };
      /** Format: date-time */
      created_at?: string;
      /** Format: date-time */
      finished_at?: string | null;
      /** Format: uuid */
      readonly id: string;
      /** Format: uuid */
      readonly pipeline_id: string;
      start_node: string;
      /**
       * @description * `pending` - Pending
       *     * `running` - Running
       *     * `waiting` - Waiting
       *     * `done` - Done
       *     * `failed` - Failed
       *     * `cancelled` - Cancelled
       * @enum {string}
       */
      status: "pending" | "running" | "waiting" | "done" | "failed" | "cancelled";
      /** Format: uuid */
      subject?: string | null;
      /** Format: uuid */
      readonly trigger_id: string | null;
      waits: components["schemas"]["Wait"][];
    };
    CycleCounts: {
      cancelled: number;
      done: number;
      failed: number;
      pending: number;
      running: number;
      waiting: number;
    };
    /**
     * @description ``executions`` in the order they were made, the first 500; ``graph`` is the revision this cycle runs through,
     *     ``ports`` those of its nodes.
     */
    CycleDetail: {
      readonly counts: {
        [key: string]: number;
      };
      /** Format: date-time */
      created_at?: string;
      executions: components["schemas"]["PathExecution"][];
      /** Format: date-time */
      finished_at?: string | null;
      graph: components["schemas"]["Graph"];
      /** Format: uuid */
      readonly id: string;
      memory: {
        [key: string]: unknown;
      };
      names: {
        [key: string]: string;
      };
      /** Format: uuid */
      readonly pipeline_id: string;
      ports: {
        [key: string]: components["schemas"]["NodePorts"];
      };
      start_node: string;
      /**
       * @description * `pending` - Pending
       *     * `running` - Running
       *     * `waiting` - Waiting
       *     * `done` - Done
       *     * `failed` - Failed
       *     * `cancelled` - Cancelled
       * @enum {string}
       */
      status: "pending" | "running" | "waiting" | "done" | "failed" | "cancelled";
      /** Format: uuid */
      subject?: string | null;
      /** Format: uuid */
      readonly trigger_id: string | null;
      waits: components["schemas"]["Wait"][];
    };
    CycleList: {
      items: components["schemas"]["Cycle"][];
      next: string | null;
    };
    CycleRef: {
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      pipeline: string;
    };
    CycleRerunRequest: {
      /** @default  */
      node: string;
    };
    Dataset: {
      counts: components["schemas"]["Counts"];
      /** @description Thumbnails of the newest images. */
      cover: string[];
      /** Format: date-time */
      readonly created_at: string;
      /** Format: date-time */
      readonly deleted_at: string | null;
      readonly description: string;
      /** Format: uuid */
      readonly id: string;
      readonly name: string;
      /** Format: uuid */
      ontology: string | null;
      /** Format: uuid */
      project: string;
      /** Format: date-time */
      readonly updated_at: string;
    };
    DatasetCreateRequest: {
      description?: string;
      /** @description Makes an ontology of these labels. */
      labels?: string[];
      name: string;
      /** Format: uuid */
      ontology?: string | null;
    };
    DatasetList: {
      items: components["schemas"]["Dataset"][];
      next: string | null;
    };
    DatasetRef: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    DatasetTrash: {
      items: components["schemas"]["Dataset"][];
      next: string | null;
    };
    /** @description `op_id`: the page's name for the act; repeated, nothing is done twice. */
    DecideRequest: {
      items: components["schemas"]["VerdictRequest"][];
      /** Format: uuid */
      op_id: string;
    };
    /** @description Without the message: its headers may hold keys. */
    Delivery: {
      answer?: string;
      /** Format: int64 */
      attempts?: number;
      /** Format: date-time */
      created_at?: string;
      error?: string;
      /** Format: uuid */
      execution_id: string;
      /** Format: date-time */
      finished_at?: string | null;
      /** Format: uuid */
      readonly id: string;
      kind: string;
      /** Format: date-time */
      next_at?: string | null;
      node_id: string;
      /**
       * @description * `queued` - Queued
       *     * `delivered` - Delivered
       *     * `failed` - Failed
       * @enum {string}
       */
      state?: "queued" | "delivered" | "failed";
      /** Format: int64 */
      status_code?: number | null;
      target: string;
    };
    DeliveryList: {
      items: components["schemas"]["Delivery"][];
      next: string | null;
    };
    /**
     * @description ``before`` and ``after``: the revisions compared, null for the draft. ``moved``: nodes that only stand elsewhere.
     *     ``same``: both graphs do the same.
     */
    Diff: {
      after: components["schemas"]["PipelineRevision"] | null;
      before: components["schemas"]["PipelineRevision"] | null;
      connections: components["schemas"]["ConnectionDifference"];
      moved: string[];
      nodes: components["schemas"]["NodeDifference"];
      same: boolean;
      triggers: components["schemas"]["GraphTriggerDifference"];
      variables: components["schemas"]["GraphVariableDifference"];
    };
    Done: {
      outcome: string;
      repeated: boolean;
      task_item: components["schemas"]["TaskItem"];
    };
    /** @description Seconds, over ``count`` executions. */
    Durations: {
      count: number;
      /** Format: double */
      most: number;
      /** Format: double */
      p50: number;
      /** Format: double */
      p95: number;
    };
    /** @description `job`: the one that the caller waits for; when it has failed it is told so, and none is begun anew. */
    EncodingAskRequest: {
      /** Format: uuid */
      job?: string;
    };
    EncodingStanding: {
      /** Format: uuid */
      job: string | null;
      /** @description Why it failed, for people; empty otherwise. */
      message: string;
      /**
       * @description * `ready` - ready
       *     * `queued` - queued
       *     * `running` - running
       *     * `failed` - failed
       * @enum {string}
       */
      state: "ready" | "queued" | "running" | "failed";
    };
    Evaluation: {
      /** Format: date-time */
      created_at: string;
      error: {
        [key: string]: unknown;
      } | null;
      /** @description By which the items of the test set version were chosen */
      filter: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      finished_at: string | null;
      /** Format: uuid */
      id: string;
      item_count: number;
      metrics?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      model: string;
      /**
       * Format: double
       * @description From being asked for to being done
       */
      seconds: number | null;
      /** @description Versions of what the figures were made with, our own code by its digest */
      software: {
        [key: string]: unknown;
      };
      status: string;
      summary: {
        [key: string]: unknown;
      };
      /** @description Whether the answers of each item are there to be downloaded */
      table: boolean;
      test_set_version: components["schemas"]["VersionOfTestSet"];
    };
    EvaluationCreateRequest: {
      /** Format: uuid */
      test_set_version: string;
    };
    EvaluationList: {
      items: components["schemas"]["Evaluation"][];
      next: string | null;
    };
    /**
     * @description ``inputs`` are null for variables and fixed values until it starts. ``taken``: ids of the connections it left by;
     *     ``loose``: it left by none though there was one to leave by; ``seconds``: what it took to compute.
     */
    Execution: {
      action?: string;
      /** Format: int64 */
      attempt?: number;
      /** Format: date-time */
      created_at?: string;
      /** Format: uuid */
      readonly cycle_id: string;
      error?: string;
      error_code?: string;
      /** Format: date-time */
      finished_at?: string | null;
      /** Format: uuid */
      readonly id: string;
      readonly inputs: {
        [key: string]: unknown;
      };
      loose?: boolean;
      node_id: string;
      outputs: {
        [key: string]: unknown;
      };
      /** Format: double */
      seconds?: number;
      /** Format: uuid */
      source_id?: string | null;
      /** Format: date-time */
      started_at?: string | null;
      /**
       * @description * `ready` - Ready
       *     * `running` - Running
       *     * `waiting` - Waiting
       *     * `done` - Done
       *     * `failed` - Failed
       *     * `cancelled` - Cancelled
       * @enum {string}
       */
      status: "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";
      taken: string[];
      wait_reason?: string;
    };
    /**
     * @description ``inputs`` are null for variables and fixed values until it starts. ``taken``: ids of the connections it left by;
     *     ``loose``: it left by none though there was one to leave by; ``seconds``: what it took to compute.
     */
    ExecutionDetail: {
      action?: string;
      /** Format: int64 */
      attempt?: number;
      /** Format: date-time */
      created_at?: string;
      /** Format: uuid */
      readonly cycle_id: string;
      error?: string;
      error_code?: string;
      error_data: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      finished_at?: string | null;
      /** Format: uuid */
      readonly id: string;
      readonly inputs: {
        [key: string]: unknown;
      };
      log?: string;
      loose?: boolean;
      names: {
        [key: string]: string;
      };
      node_id: string;
      outputs: {
        [key: string]: unknown;
      };
      progress: {
        [key: string]: unknown;
      } | null;
      /** Format: double */
      seconds?: number;
      /** Format: uuid */
      source_id?: string | null;
      /** Format: date-time */
      started_at?: string | null;
      /**
       * @description * `ready` - Ready
       *     * `running` - Running
       *     * `waiting` - Waiting
       *     * `done` - Done
       *     * `failed` - Failed
       *     * `cancelled` - Cancelled
       * @enum {string}
       */
      status: "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";
      taken: string[];
      wait_key?: string;
      wait_reason?: string;
    };
    ExecutionList: {
      items: components["schemas"]["Execution"][];
      next: string | null;
    };
    /** @description `left_out`: annotations the format has no word for, by reason. */
    Export: {
      /** Format: int64 */
      annotations: number;
      /** Format: date-time */
      readonly created_at: string;
      format: string;
      /** Format: uuid */
      readonly id: string;
      /** Format: int64 */
      items: number;
      left_out: {
        [key: string]: number;
      };
      name: string;
      /** Format: int64 */
      size: number;
      readonly url: string;
    };
    ExportList: {
      items: components["schemas"]["Export"][];
      next: string | null;
    };
    Facet: {
      count: number;
      value: string;
    };
    Facets: {
      folder: components["schemas"]["Facet"][];
      label: components["schemas"]["Facet"][];
      status: components["schemas"]["Facet"][];
      subset: components["schemas"]["Facet"][];
      tag: components["schemas"]["Facet"][];
    };
    /** @description Executions that failed with one code; message, time and id are of the newest. */
    Failure: {
      /** Format: date-time */
      at: string | null;
      code: string;
      count: number;
      /** Format: uuid */
      execution_id: string;
      message: string;
    };
    Figure: {
      figure: string;
      series: components["schemas"]["Series"][];
    };
    /** @description Counts are named as in `annotation/selectors/figures.py`; an hour is one of active time. */
    FigureRow: {
      acceptance: components["schemas"]["Rate"] | null;
      accepted: number;
      /** Format: double */
      agreement: number | null;
      corrected: number;
      decided: number;
      discarded: number;
      /** Format: double */
      iou: number | null;
      /** Format: double */
      items_an_hour: number | null;
      kept: number;
      key: string;
      /** Format: double */
      label_seconds: number;
      labelled: number;
      name: string;
      objects: number;
      objects_added: number;
      /** Format: double */
      objects_an_hour: number | null;
      objects_changed: number;
      objects_removed: number;
      objects_unchanged: number;
      returned: number;
      /** Format: double */
      review_seconds: number;
      reviewed: number;
      /** Format: double */
      reviews_an_hour: number | null;
      /** Format: double */
      rework: number | null;
      suggestions_accepted: number;
      suggestions_edited: number;
      suggestions_rejected: number;
    };
    Figures: {
      /**
       * @description * `person` - person
       *     * `label` - label
       *     * `task` - task
       *     * `day` - day
       * @enum {string}
       */
      by: "person" | "label" | "task" | "day";
      /** Format: date */
      from: string;
      issues: components["schemas"]["IssueCount"][];
      own: boolean;
      rows: components["schemas"]["FigureRow"][];
      simulated: number;
      times: components["schemas"]["TimeBin"][];
      /** Format: date */
      to: string;
      totals: components["schemas"]["FigureRow"];
      tz: string;
    };
    Filling: {
      jobs: components["schemas"]["FillingJob"][];
    };
    /** @description `add`: what a filter found; `catch_up`: what the stage before had finished. `total`: null until it is known. */
    FillingJob: {
      cancel_requested: boolean;
      done: number;
      /** Format: uuid */
      id: string;
      /**
       * @description * `add` - add
       *     * `catch_up` - catch_up
       * @enum {string}
       */
      kind: "add" | "catch_up";
      state: string;
      total: number | null;
    };
    FilterRequest: {
      filter: {
        [key: string]: unknown;
      };
    };
    /**
     * @description What the trigger's node is started with: items, or a filter over them (in a dataset); nothing for a node that
     *     takes none. ``key`` makes a repeated request one firing.
     */
    FireRequest: {
      /** Format: uuid */
      dataset?: string | null;
      filter?: {
        [key: string]: unknown;
      };
      items?: string[];
      key?: string;
    };
    Firing: {
      /** Format: int64 */
      created?: number;
      /** Format: date-time */
      created_at?: string;
      /** Format: date-time */
      finished_at?: string | null;
      /** Format: uuid */
      readonly id: string;
      note?: string;
      /** Format: int64 */
      seen?: number;
      /**
       * @description * `held` - Held
       *     * `queued` - Queued
       *     * `running` - Running
       *     * `done` - Done
       *     * `skipped` - Skipped
       *     * `failed` - Failed
       * @enum {string}
       */
      state?: "held" | "queued" | "running" | "done" | "skipped" | "failed";
      /** Format: int64 */
      total?: number | null;
      /** Format: uuid */
      readonly trigger_id: string;
      user: components["schemas"]["PipelinePerson"] | null;
    };
    FiringList: {
      items: components["schemas"]["Firing"][];
      next: string | null;
    };
    /**
     * @description What waits: `id` is the execution, `value` what it holds back, `shown` that value's name where it has one.
     *     `people`: who was named; empty: every owner and engineer.
     */
    Gate: {
      /** Format: uuid */
      cycle_id: string;
      /** Format: uuid */
      id: string;
      may_decide: boolean;
      node: string;
      node_id: string;
      people: components["schemas"]["PipelinePerson"][];
      pipeline: string;
      /** Format: uuid */
      pipeline_id: string;
      question: string;
      shown: string;
      /** Format: date-time */
      since: string;
      type: string;
      value: unknown;
    };
    GateList: {
      items: components["schemas"]["Gate"][];
      next: string | null;
    };
    GateVerdictRequest: {
      /** @default  */
      note: string;
      /**
       * @description * `approved` - approved
       *     * `refused` - refused
       * @enum {string}
       */
      verdict: "approved" | "refused";
    };
    Graph: {
      connections: components["schemas"]["Connection"][];
      groups?: components["schemas"]["GraphGroup"][];
      nodes: components["schemas"]["GraphNode"][];
      notes?: components["schemas"]["GraphNote"][];
      triggers: components["schemas"]["GraphTrigger"][];
      variables: components["schemas"]["GraphVariable"][];
    };
    GraphGroup: {
      id: string;
      name: string;
      nodes: string[];
    };
    GraphNode: {
      config: {
        [key: string]: unknown;
      };
      id: string;
      inputs: {
        [key: string]: {
          [key: string]: unknown;
        };
      };
      name: string;
      position: components["schemas"]["Point"];
      type: string;
      version: number;
    };
    GraphNote: {
      id: string;
      position: components["schemas"]["Point"];
      size: components["schemas"]["Point"];
      text: string;
    };
    GraphTrigger: {
      enabled: boolean;
      id: string;
      /**
       * @description * `event` - On an event
       *     * `every_n` - Every N
       *     * `cron` - By the clock
       *     * `measure` - When a figure says so
       *     * `manual` - By hand
       *     * `webhook` - By a webhook
       * @enum {string}
       */
      kind: "event" | "every_n" | "cron" | "measure" | "manual" | "webhook";
      mode: string;
      node: string;
      overlap: string;
      spec: {
        [key: string]: unknown;
      };
    };
    GraphTriggerChanged: {
      changes: components["schemas"]["Change"][];
      part: components["schemas"]["GraphTrigger"];
    };
    GraphTriggerDifference: {
      added: components["schemas"]["GraphTrigger"][];
      changed: components["schemas"]["GraphTriggerChanged"][];
      removed: components["schemas"]["GraphTrigger"][];
    };
    GraphVariable: {
      description: string;
      name: string;
      type: string;
      value: unknown;
    };
    GraphVariableChanged: {
      changes: components["schemas"]["Change"][];
      part: components["schemas"]["GraphVariable"];
    };
    GraphVariableDifference: {
      added: components["schemas"]["GraphVariable"][];
      changed: components["schemas"]["GraphVariableChanged"][];
      removed: components["schemas"]["GraphVariable"][];
    };
    GridPage: {
      items: components["schemas"]["TaskItem"][];
      next: string | null;
    };
    HandBackRequest: {
      task_items?: string[] | null;
    };
    Headline: {
      /** Format: date-time */
      finished_at: string | null;
      /** Format: uuid */
      id: string;
      summary: {
        [key: string]: unknown;
      };
      test_set_version: components["schemas"]["VersionOfTestSet"];
    };
    Health: {
      database: string;
      processes: components["schemas"]["ProcessHealth"][];
      queues: components["schemas"]["QueueHealth"][];
      sandbox: components["schemas"]["SandboxHealth"];
      storage: components["schemas"]["StorageHealth"];
      versions: {
        [key: string]: string;
      };
    };
    HookAnswer: {
      /** Format: uuid */
      firing: string;
      state: string;
    };
    Import: {
      readonly added: number;
      /** Format: date-time */
      readonly created_at: string;
      readonly cursor: number;
      /** Format: uuid */
      dataset: string;
      readonly directory: string;
      readonly error: string;
      /** Format: date-time */
      readonly finished_at: string | null;
      /** Format: uuid */
      readonly id: string;
      /** Format: uuid */
      readonly job_id: string | null;
      readonly mode: string;
      readonly name: string;
      readonly overwritten: number;
      refused: unknown[];
      readonly refused_count: number;
      readonly skipped: number;
      /**
       * @description * `queued` - queued
       *     * `running` - running
       *     * `done` - done
       *     * `failed` - failed
       *     * `cancelled` - cancelled
       * @enum {string}
       */
      readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
      readonly total: number;
    };
    /** @description ``ports``: by node id, as each node's configuration makes them; nodes where that cannot be told are left out. */
    Imported: {
      graph: components["schemas"]["Graph"];
      name: string;
      notes: components["schemas"]["Note"][];
      ok: boolean;
      /** Format: uuid */
      pipeline: string | null;
      ports: {
        [key: string]: components["schemas"]["NodePorts"];
      };
      problems: components["schemas"]["Problem"][];
    };
    ImportList: {
      items: components["schemas"]["Import"][];
      next: string | null;
    };
    ImportRequest: {
      /** @description The file's JSON: ours, or another product's. */
      document: unknown;
      /** @default false */
      dry_run: boolean;
      name?: string;
    };
    /**
     * @description `place`: {"x", "y"} or {"x", "y", "w", "h"}; with neither place nor annotation it is about the whole item.
     *     `body`: what it opened with, in one text.
     */
    Issue: {
      /** Format: uuid */
      annotation: string | null;
      author: components["schemas"]["Person"] | null;
      body: string;
      /**
       * @description * `wrong_label` - Wrong label
       *     * `missing` - Something is missing
       *     * `extra` - Should not be there
       *     * `loose_geometry` - Outline is not exact
       *     * `wrong_attribute` - Wrong attribute
       *     * `other` - Something else
       * @enum {string}
       */
      category: "wrong_label" | "missing" | "extra" | "loose_geometry" | "wrong_attribute" | "other";
      comments: components["schemas"]["IssueComment"][];
      /** Format: date-time */
      created_at: string;
      /** Format: uuid */
      id: string;
      number: number;
      place: {
        [key: string]: number;
      } | null;
      /**
       * @description * `open` - Open
       *     * `fixed` - For review
       *     * `resolved` - Resolved
       * @enum {string}
       */
      state: "open" | "fixed" | "resolved";
    };
    IssueComment: {
      /** Format: date-time */
      at: string;
      author: components["schemas"]["Person"] | null;
      body: string;
      /** Format: uuid */
      id: string;
      mentions: components["schemas"]["Person"][];
    };
    /** @description Issues of a kind that were made in the period, and how many of them are not resolved. */
    IssueCount: {
      /**
       * @description * `wrong_label` - Wrong label
       *     * `missing` - Something is missing
       *     * `extra` - Should not be there
       *     * `loose_geometry` - Outline is not exact
       *     * `wrong_attribute` - Wrong attribute
       *     * `other` - Something else
       * @enum {string}
       */
      category: "wrong_label" | "missing" | "extra" | "loose_geometry" | "wrong_attribute" | "other";
      count: number;
      unresolved: number;
    };
    /** @description `op_id`: repeated, nothing is made twice. */
    IssueCreateRequest: {
      /** Format: uuid */
      annotation?: string | null;
      /** @default  */
      body: string;
      /**
       * @description * `wrong_label` - Wrong label
       *     * `missing` - Something is missing
       *     * `extra` - Should not be there
       *     * `loose_geometry` - Outline is not exact
       *     * `wrong_attribute` - Wrong attribute
       *     * `other` - Something else
       * @default other
       * @enum {string}
       */
      category: "wrong_label" | "missing" | "extra" | "loose_geometry" | "wrong_attribute" | "other";
      mentions?: string[];
      /** Format: uuid */
      op_id?: string | null;
      place?: components["schemas"]["PlaceRequest"] | null;
    };
    IssueItem: {
      filename: string;
      /** Format: uuid */
      id: string;
      name: string;
      thumbnail_url: string;
    };
    IssueList: {
      items: components["schemas"]["Issue"][];
      next: string | null;
    };
    Item: {
      annotated: boolean;
      annotationsCount: number;
      approvedAt: string | null;
      changedSinceApproval: boolean;
      contentVersion: number;
      createdAt: string;
      creator: string | null;
      /** Format: uuid */
      datasetId: string;
      deletedAt: string | null;
      dir: string;
      filename: string;
      groundTruth: boolean;
      groupKey: string;
      hidden: boolean;
      /** Format: uuid */
      id: string;
      labels: components["schemas"]["ItemLabel"][];
      metadata: {
        [key: string]: unknown;
      };
      name: string;
      /** @description In a kind that browsers show; reduced where huge. */
      picture: string | null;
      /** Format: uuid */
      projectId: string;
      srcItem: string | null;
      stream: string | null;
      /**
       * @description * `` - none
       *     * `train` - train
       *     * `validation` - validation
       *     * `test` - test
       * @enum {string}
       */
      subset: "" | "train" | "validation" | "test";
      thumbnail: string | null;
      /** @description Where its tiles are, if the picture is shown as such. */
      tiles: string | null;
      /**
       * @description * `file` - file
       *     * `dir` - dir
       * @enum {string}
       */
      type: "file" | "dir";
      updatedAt: string;
    };
    ItemAnnotations: {
      content_version: number;
      items: components["schemas"]["Annotation"][];
    };
    ItemAtVersion: {
      items: components["schemas"]["Annotation"][];
      version: components["schemas"]["ItemVersion"];
    };
    ItemCount: {
      count: number;
    };
    ItemCycleList: {
      items: components["schemas"]["Cycle"][];
      next: string | null;
    };
    ItemInTask: {
      content_version: number;
      filename: string;
      height: number;
      /** Format: uuid */
      id: string;
      /** @description In a kind that browsers show; reduced where the picture is tiled. */
      image_url: string;
      mimetype: string;
      name: string;
      thumbnail_url: string;
      /** @description Where its tiles are, if it is shown as such. */
      tiles_url: string | null;
      width: number;
    };
    ItemLabel: {
      approved: boolean;
      /** Format: double */
      confidence: number | null;
      label: string;
      model: string | null;
      type: string;
    };
    ItemList: {
      items: components["schemas"]["Item"][];
      next: string | null;
    };
    ItemPage: {
      hasNextPage: boolean;
      items: components["schemas"]["Item"][];
      next: string | null;
      totalItemsCount: number | null;
      totalPagesCount: number | null;
    };
    /**
     * @description Two statements about an item: `model` or `person` against ground truth, or `person` against `other`. `truths`:
     *     annotations of ground truth, or of the other; `matched`: pairs that belong together.
     */
    ItemScore: {
      annotations: components["schemas"]["AnnotationScore"][];
      /** Format: date-time */
      at: string;
      /** Format: double */
      attributes: number | null;
      /** Format: uuid */
      dataset: string;
      found: number;
      /** Format: double */
      geometry: number | null;
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      item: string;
      kind: string;
      /** Format: double */
      label: number | null;
      matched: number;
      model: components["schemas"]["Named"] | null;
      name: string;
      other: components["schemas"]["Named"] | null;
      person: components["schemas"]["Named"] | null;
      /** Format: double */
      score: number;
      subset: string;
      /** Format: uuid */
      task: string | null;
      thumbnail: string | null;
      truths: number;
    };
    ItemScoreList: {
      items: components["schemas"]["ItemScore"][];
      next: string | null;
    };
    /**
     * @description One sitting of one person. `actions`: how many annotations they made, changed, removed, brought back; `labels`:
     *     how many annotations of each label there were then; `content_version` null: older than versions are numbered.
     */
    ItemVersion: {
      actions: {
        [key: string]: number;
      };
      approved: boolean;
      at: string;
      author: components["schemas"]["VersionPerson"] | null;
      content_version: number | null;
      count: number;
      current: boolean;
      id: number;
      labels: {
        [key: string]: number;
      };
      started_at: string;
    };
    ItemVersions: {
      items: components["schemas"]["ItemVersion"][];
      next: number | null;
    };
    JobState: {
      attempts: number;
      cancel_requested: boolean;
      error: string;
      /** Format: uuid */
      id: string;
      progress: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      started_at: string | null;
      state: string;
    };
    Label: {
      readonly color: string;
      readonly group: string;
      readonly hotkey: string;
      /** Format: uuid */
      readonly id: string;
      readonly name: string;
      readonly order: number;
      skeleton: components["schemas"]["SkeletonTemplate"] | null;
    };
    LabelWriteRequest: {
      color?: string;
      group?: string;
      hotkey?: string;
      name: string;
      skeleton?: components["schemas"]["SkeletonTemplateRequest"] | null;
    };
    Level: {
      columns: number;
      rows: number;
      /**
       * Format: double
       * @description 1 is the picture itself, 0.5 its half.
       */
      scale: number;
    };
    /** @description A list whose rows are described in the app's README. */
    Listing: {
      items: {
        [key: string]: unknown;
      }[];
      next: string | null;
    };
    Log: {
      action: string;
      /** Format: date-time */
      at: string;
      changes: {
        [key: string]: {
          [key: string]: number;
        };
      } | null;
      empty: boolean;
      /** Format: uuid */
      id: string;
      label: string;
      note: string;
      outcome: string;
      person: components["schemas"]["Person"] | null;
      previous_label: string;
      rule: string;
      /** Format: double */
      seconds: number;
      simulated: boolean;
      status: string;
    };
    LogTail: {
      /** Format: date-time */
      at: string | null;
      /** Format: uuid */
      cycle_id: string;
      error: string;
      /** Format: uuid */
      id: string;
      log: string;
      status: string;
    };
    /** @description ``action`` is empty where none was chosen and no condition was met; ``last``: when the newest ended. */
    LooseEnd: {
      action: string;
      count: number;
      /** Format: date-time */
      last: string | null;
      node: string;
    };
    LooseEndList: {
      items: components["schemas"]["LooseEnd"][];
      next: string | null;
    };
    MarkdownRequest: {
      text: string;
    };
    Markup: {
      html: string;
    };
    /** @description Items of the dataset that match; those of them that are in the task, and those that are open in it. */
    Matches: {
      matching: number;
      open: number;
      present: number;
    };
    Me: {
      /** Format: email */
      readonly email: string;
      /** Format: uuid */
      readonly id: string;
      readonly name: string;
      prefs: {
        [key: string]: unknown;
      };
    };
    /** @description ``reads``: type by name of what it is about; ``settings``: JSON schema by name. */
    Measure: {
      doc: string;
      name: string;
      reads: {
        [key: string]: string;
      };
      settings: {
        [key: string]: {
          [key: string]: unknown;
        };
      };
      title: string;
    };
    MeasureList: {
      items: components["schemas"]["Measure"][];
      next: string | null;
    };
    Member: {
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      readonly id: string;
      /**
       * @description * `owner` - Owner
       *     * `engineer` - Engineer
       *     * `reviewer` - Reviewer
       *     * `annotator` - Annotator
       *     * `viewer` - Viewer
       * @enum {string}
       */
      readonly role: "owner" | "engineer" | "reviewer" | "annotator" | "viewer";
      user: components["schemas"]["User"];
    };
    MemberAdded: {
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      readonly id: string;
      /** @description For a new account: where its person sets a password. Shown once. */
      invite_url: string | null;
      /**
       * @description * `owner` - Owner
       *     * `engineer` - Engineer
       *     * `reviewer` - Reviewer
       *     * `annotator` - Annotator
       *     * `viewer` - Viewer
       * @enum {string}
       */
      readonly role: "owner" | "engineer" | "reviewer" | "annotator" | "viewer";
      user: components["schemas"]["User"];
    };
    MemberAddRequest: {
      /** Format: email */
      email: string;
      name?: string;
      /**
       * @description * `owner` - Owner
       *     * `engineer` - Engineer
       *     * `reviewer` - Reviewer
       *     * `annotator` - Annotator
       *     * `viewer` - Viewer
       * @enum {string}
       */
      role: "owner" | "engineer" | "reviewer" | "annotator" | "viewer";
    };
    MemberList: {
      items: components["schemas"]["Member"][];
      next: string | null;
    };
    /** @description `task`, `task_item`: where the person opens it. */
    Mention: {
      /** Format: date-time */
      at: string;
      author: components["schemas"]["Person"] | null;
      body: string;
      /** Format: uuid */
      id: string;
      issue: components["schemas"]["MentionedIssue"];
      item: components["schemas"]["IssueItem"];
      /** Format: date-time */
      read_at: string | null;
      /** Format: uuid */
      task: string;
      /** Format: uuid */
      task_item: string;
    };
    MentionedIssue: {
      /**
       * @description * `wrong_label` - Wrong label
       *     * `missing` - Something is missing
       *     * `extra` - Should not be there
       *     * `loose_geometry` - Outline is not exact
       *     * `wrong_attribute` - Wrong attribute
       *     * `other` - Something else
       * @enum {string}
       */
      category: "wrong_label" | "missing" | "extra" | "loose_geometry" | "wrong_attribute" | "other";
      /** Format: uuid */
      id: string;
      number: number;
      /**
       * @description * `open` - Open
       *     * `fixed` - For review
       *     * `resolved` - Resolved
       * @enum {string}
       */
      state: "open" | "fixed" | "resolved";
    };
    MentionList: {
      items: components["schemas"]["Mention"][];
      next: string | null;
    };
    /** @description `mentions`: the ones seen; left out, all of them. */
    MentionsReadRequest: {
      mentions?: string[];
    };
    Metrics: {
      figures: components["schemas"]["Figure"][];
    };
    Minute: {
      done: number;
      failed: number;
    };
    /** @description A version of a model. */
    Model: {
      adapter: string;
      base_model: components["schemas"]["Named"] | null;
      can_predict: boolean;
      configuration: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      created_at: string;
      created_by: components["schemas"]["Named"] | null;
      /** Format: uuid */
      cycle_id: string | null;
      dataset: components["schemas"]["Named"] | null;
      description: string;
      error: {
        [key: string]: unknown;
      } | null;
      evaluation: components["schemas"]["Headline"] | null;
      /** Format: uuid */
      family: string;
      /** Format: uuid */
      id: string;
      /** @description What it was known as where it came from, if it was imported */
      imported_as: string | null;
      job: components["schemas"]["JobState"] | null;
      labels: string[];
      /** @description A job loads it from a file, a server or public weights; it may be tried again */
      loaded: boolean;
      name: string;
      number: number;
      /** Format: uuid */
      pipeline_id: string | null;
      /** Format: date-time */
      promoted_at: string | null;
      seed: number;
      /**
       * Format: double
       * @description Score from which its shapes are shown to people; null: as training chose
       */
      shown_from: number | null;
      stage: string;
      stage_reason: string;
      /** Format: date-time */
      started_at: string | null;
      status: string;
      tags: string[];
      /** Format: double */
      temperature: number | null;
      test_set_version: components["schemas"]["VersionOfTestSet"] | null;
      train_count: number;
      train_filter: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      trained_at: string | null;
      validation_count: number;
      validation_filter: {
        [key: string]: unknown;
      };
      weights_digest: string;
    };
    ModelCloneRequest: {
      name?: string;
    };
    /** @description A version to be made from a base model and ground truth. Filters are queries over items. */
    ModelCreateRequest: {
      /** Format: uuid */
      base_model: string;
      configuration?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      dataset: string;
      /** @description A template: {base_model.name} {date} {n} … */
      name?: string;
      seed?: number;
      /** @description Resolved to a test set version, published if there is none */
      test_filter?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      test_set_version?: string | null;
      /**
       * @description Start training at once
       * @default false
       */
      train: boolean;
      train_filter: {
        [key: string]: unknown;
      };
      validation_filter: {
        [key: string]: unknown;
      };
    };
    ModelList: {
      items: components["schemas"]["Model"][];
      next: string | null;
    };
    /** @description A base version: an architecture that has learnt no label of this project yet. */
    ModelRegisterRequest: {
      adapter?: string;
      configuration?: {
        [key: string]: unknown;
      };
      /** Format: uuid */
      dataset?: string | null;
      description?: string;
      labels?: string[];
      name: string;
      /** @description A key of the gallery, in the adapter's place */
      public?: string;
      seed?: number;
    };
    ModelUse: {
      nodes: string[];
      pipeline: components["schemas"]["_PipelineRef"];
      status: string;
      variables: string[];
    };
    ModelUseList: {
      items: components["schemas"]["ModelUse"][];
      next: string | null;
    };
    Named: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    /** @description On an annotation, at a place, or (neither) on the whole item. */
    NewIssueRequest: {
      /** Format: uuid */
      annotation?: string | null;
      /** @default  */
      body: string;
      /**
       * @description * `wrong_label` - Wrong label
       *     * `missing` - Something is missing
       *     * `extra` - Should not be there
       *     * `loose_geometry` - Outline is not exact
       *     * `wrong_attribute` - Wrong attribute
       *     * `other` - Something else
       * @default other
       * @enum {string}
       */
      category: "wrong_label" | "missing" | "extra" | "loose_geometry" | "wrong_attribute" | "other";
      mentions?: string[];
      place?: components["schemas"]["PlaceRequest"] | null;
    };
    /** @description `recent`: how many of my last finished items to send along. */
    NextRequest: {
      /** @default 20 */
      limit: number;
      /** @default 0 */
      recent: number;
    };
    NodeChanged: {
      changes: components["schemas"]["Change"][];
      part: components["schemas"]["GraphNode"];
    };
    NodeCost: {
      executions: number;
      /** Format: double */
      machine: number;
      node: string;
      /** Format: double */
      people: number;
    };
    NodeCounts: {
      cancelled: number;
      done: number;
      failed: number;
      ready: number;
      running: number;
      waiting: number;
    };
    NodeDifference: {
      added: components["schemas"]["GraphNode"][];
      changed: components["schemas"]["NodeChanged"][];
      removed: components["schemas"]["GraphNode"][];
    };
    /** @description ``value`` is null where it is not defined; ``why`` says so. */
    NodeFigure: {
      name: string;
      /** Format: double */
      value: number | null;
      why: string;
    };
    /** @description "title: name value · name value over …"; ``doc`` says how to read them. */
    NodeFigures: {
      doc: string;
      over: string;
      title: string;
      values: components["schemas"]["NodeFigure"][];
    };
    NodePorts: {
      actions: {
        [key: string]: string[];
      };
      inputs: components["schemas"]["Port"][];
      outputs: components["schemas"]["Port"][];
    };
    /**
     * @description ``seconds``: the machine's, of all executions. ``took``: from start to end, waits and all; ``computed``: the
     *     machine's part; both of the last 500 done. ``minutes``: the last hour, oldest first. ``figures``: what the node's
     *     type makes of its last 1,000.
     */
    NodeReport: {
      computed: components["schemas"]["Durations"];
      counts: components["schemas"]["NodeCounts"];
      failures: components["schemas"]["Failure"][];
      figures: components["schemas"]["NodeFigures"][];
      logs: components["schemas"]["LogTail"][];
      minutes: components["schemas"]["Minute"][];
      /** Format: double */
      seconds: number;
      took: components["schemas"]["Durations"];
    };
    NodeType: {
      actions: {
        [key: string]: string[];
      };
      batch: number;
      category: string;
      config_schema: {
        [key: string]: unknown;
      };
      doc: string;
      icon: string;
      inputs: components["schemas"]["Port"][];
      outputs: components["schemas"]["Port"][];
      queue: string;
      requires: string[];
      title: string;
      type: string;
      version: number;
    };
    NodeTypeList: {
      items: components["schemas"]["NodeType"][];
      next: string | null;
    };
    Note: {
      /**
       * @description * `changed` - changed
       *     * `left_out` - left_out
       *     * `to_do` - to_do
       * @enum {string}
       */
      level: "changed" | "left_out" | "to_do";
      message: string;
      where: string;
    };
    Ontology: {
      attributes: components["schemas"]["Attribute"][];
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      readonly id: string;
      labels: components["schemas"]["Label"][];
      readonly name: string;
      /** Format: uuid */
      project: string;
    };
    OntologyCreateRequest: {
      labels?: components["schemas"]["LabelWriteRequest"][];
      name: string;
    };
    OntologyList: {
      items: components["schemas"]["Ontology"][];
      next: string | null;
    };
    Opened: {
      allowed: components["schemas"]["Allowed"];
      annotations: components["schemas"]["ItemAnnotations"];
      ontology: components["schemas"]["OpenedOntology"] | null;
      suggestions: components["schemas"]["OpenedSuggestion"][];
      task_item: components["schemas"]["TaskItem"];
    };
    /** @description `scope`: the labels it is asked of, empty for all; `range`: {min, max, step?}. */
    OpenedAttribute: {
      /** Format: uuid */
      id: string;
      key: string;
      /**
       * @description * `options` - options
       *     * `range` - range
       *     * `boolean` - yes or no
       *     * `text` - free text
       * @enum {string}
       */
      kind: "options" | "range" | "boolean" | "text";
      multi: boolean;
      optional: boolean;
      range: unknown;
      scope: string[];
      title: string;
      values: string[];
    };
    /** @description `group`: labels of one non-empty group exclude each other on an item. */
    OpenedLabel: {
      color: string;
      group: string;
      hotkey: string;
      /** Format: uuid */
      id: string;
      name: string;
      skeleton: unknown;
    };
    OpenedList: {
      items: components["schemas"]["Opened"][];
    };
    OpenedOntology: {
      attributes: components["schemas"]["OpenedAttribute"][];
      labels: components["schemas"]["OpenedLabel"][];
    };
    /**
     * @description `id`: what `metadata.suggestion` of an annotation made from it holds. `answered`: who labels it has submitted the
     *     item since, so that it is to be compared with, not to be offered.
     */
    OpenedSuggestion: {
      answered: boolean;
      attributes: {
        [key: string]: unknown;
      };
      /** Format: double */
      confidence: number | null;
      geometry: unknown;
      id: string;
      label: string;
      model: components["schemas"]["SuggestingModel"] | null;
      /** Format: uuid */
      prediction: string | null;
      type: string;
    };
    OpenRequest: {
      task_items: string[];
    };
    OperationAnswers: {
      answers: {
        [key: string]: unknown;
      }[];
      content_version: number;
    };
    OperationsRequest: {
      operations: {
        [key: string]: unknown;
      }[];
      /** Format: uuid */
      visit?: string | null;
    };
    OrderRequest: {
      names: string[];
    };
    /**
     * @description `result`: approved, corrected, returned, reopened; else why it was left as it is: gone, decided, with_annotator,
     *     held, changed, open_issues, no_label, no_annotator, or an error's code.
     */
    Outcome: {
      repeated: boolean;
      result: string;
      /** Format: uuid */
      task_item: string;
    };
    Outcomes: {
      items: components["schemas"]["Outcome"][];
    };
    Outline: {
      /** @description There are more shapes than are sent. */
      cut: boolean;
      /** Format: uuid */
      id: string;
      shapes: components["schemas"]["OutlineShape"][];
      /** @description The content version of the item that this shows. */
      version: number;
    };
    Outlines: {
      items: components["schemas"]["Outline"][];
      /** @description So many make the longer side of the picture. */
      units: number;
    };
    OutlineShape: {
      label: string;
      /** @description Drawn by a model, and by no person since. */
      model: boolean;
      /** @description x, y, x, y …: rings of an area, lines, a point as a line of one; of a skeleton one a keypoint. */
      paths: number[][];
      type: string;
    };
    OutlineWishRequest: {
      ids: string[];
    };
    /** @description What was finished in the last week, and what that leaves: `days_left` by the calendar, `seconds_left` of work. */
    Pace: {
      /** Format: double */
      a_day: number;
      /** Format: double */
      days_left: number;
      items: number;
      /** Format: double */
      seconds_left: number | null;
    };
    PatchedAttributeWriteRequest: {
      key?: string;
      kind?: string;
      multi?: boolean;
      optional?: boolean;
      scope?: string[];
      title?: string;
      value_range?: unknown;
      values?: string[];
    };
    PatchedDatasetPatchRequest: {
      description?: string;
      name?: string;
      /** Format: uuid */
      ontology?: string | null;
    };
    /** @description A diff: null deletes a key of metadata. */
    PatchedItemPatchRequest: {
      dir?: string;
      groupKey?: string;
      hidden?: boolean;
      metadata?: {
        [key: string]: unknown;
      };
      /**
       * @description * `` - none
       *     * `train` - train
       *     * `validation` - validation
       *     * `test` - test
       * @enum {string}
       */
      subset?: "" | "train" | "validation" | "test";
    };
    PatchedLabelWriteRequest: {
      color?: string;
      group?: string;
      hotkey?: string;
      name?: string;
      skeleton?: components["schemas"]["SkeletonTemplateRequest"] | null;
    };
    PatchedMemberPatchRequest: {
      /**
       * @description * `owner` - Owner
       *     * `engineer` - Engineer
       *     * `reviewer` - Reviewer
       *     * `annotator` - Annotator
       *     * `viewer` - Viewer
       * @enum {string}
       */
      role?: "owner" | "engineer" | "reviewer" | "annotator" | "viewer";
    };
    PatchedMePatchRequest: {
      name?: string;
      prefs?: {
        [key: string]: unknown;
      };
    };
    PatchedModelPatchRequest: {
      description?: string;
      name?: string;
      /** Format: double */
      shown_from?: number | null;
      tags?: string[];
    };
    PatchedOntologyPatchRequest: {
      name?: string;
    };
    /**
     * @description ``draft_version`` is the version the graph was made from: another one stored answers 412. ``renamed`` tells
     *     variables that kept their value under a new name: old name to new.
     */
    PatchedPipelinePatchRequest: {
      description?: string;
      draft_version?: number;
      graph?: {
        [key: string]: unknown;
      };
      name?: string;
      renamed?: {
        [key: string]: string;
      };
      settings?: {
        [key: string]: unknown;
      };
    };
    PatchedProjectPatchRequest: {
      name?: string;
      settings?: {
        [key: string]: unknown;
      };
    };
    PatchedProjectSecretChangeRequest: {
      value?: string;
    };
    /**
     * @description `people`: who is served and with which share; an empty list opens the task to everyone who may work.
     *
     *     `annotation_types`, `labels`: what people may use; empty for all that the ontology has a use for, null (the default)
     *     for what the labelling task of a review says, else classification with every label.
     */
    PatchedTaskPatchRequest: {
      /**
       * @description * `pulling` - Pulling
       *     * `distribution` - Distribution
       * @enum {string}
       */
      allocation?: "pulling" | "distribution";
      annotation_types?: string[] | null;
      auto_accept?: components["schemas"]["AutoAcceptRequest"] | null;
      batch_size?: number;
      /** Format: date-time */
      due_date?: string | null;
      instructions?: string;
      labels?: string[] | null;
      max_workload?: number;
      name?: string;
      /** Format: uuid */
      parent_task?: string | null;
      people?: components["schemas"]["ShareRequest"][];
      priority?: number;
      /** Format: double */
      sample_percent?: number;
      /**
       * @description * `open` - Open
       *     * `completed` - Completed
       *     * `archived` - Archived
       * @enum {string}
       */
      status?: "open" | "completed" | "archived";
    };
    PatchedTestSetPatchRequest: {
      /** Format: double */
      grow?: number | null;
      name?: string;
    };
    PatchedTriggerPatchRequest: {
      enabled?: boolean;
      /**
       * @description * `once` - once
       *     * `always` - always
       * @enum {string}
       */
      mode?: "once" | "always";
      /**
       * @description * `skip` - skip
       *     * `queue_one` - queue_one
       *     * `allow` - allow
       * @enum {string}
       */
      overlap?: "skip" | "queue_one" | "allow";
      spec?: {
        [key: string]: unknown;
      };
    };
    /** @description ``version`` is the one seen: another one stored answers 412. */
    PatchedVariablePatchRequest: {
      value?: unknown;
      version?: number;
      /** @default  */
      why: string;
    };
    /**
     * @description ``came_by``: the connections its values came by, each with the execution that sent it. ``by_hand``: someone sent
     *     it back in.
     */
    PathExecution: {
      action?: string;
      /** Format: int64 */
      attempt?: number;
      by_hand: boolean;
      came_by: components["schemas"]["Way"][];
      /** Format: date-time */
      created_at?: string;
      /** Format: uuid */
      readonly cycle_id: string;
      error?: string;
      error_code?: string;
      /** Format: date-time */
      finished_at?: string | null;
      /** Format: uuid */
      readonly id: string;
      readonly inputs: {
        [key: string]: unknown;
      };
      loose?: boolean;
      node_id: string;
      outputs: {
        [key: string]: unknown;
      };
      /** Format: double */
      seconds?: number;
      /** Format: uuid */
      source_id?: string | null;
      /** Format: date-time */
      started_at?: string | null;
      /**
       * @description * `ready` - Ready
       *     * `running` - Running
       *     * `waiting` - Waiting
       *     * `done` - Done
       *     * `failed` - Failed
       *     * `cancelled` - Cancelled
       * @enum {string}
       */
      status: "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";
      taken: string[];
      wait_reason?: string;
    };
    PauseRequest: {
      keep_triggers?: boolean | null;
    };
    Person: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    PersonFigures: {
      active: boolean;
      approved: number;
      completed: number;
      discard: number;
      finished: number;
      held: number;
      person: components["schemas"]["Person"];
      /** Format: double */
      seconds: number;
      /** Format: date-time */
      seen_at: string | null;
      sent_back: number;
      share: number | null;
    };
    /**
     * @description `may_edit`: whether this person may change annotations outside of a task; `tasks`: where it waits for people,
     *     with the `suggestions` that wait there; `issues`: of whichever tasks this person may see.
     */
    Picture: {
      annotations: components["schemas"]["ItemAnnotations"];
      issues: components["schemas"]["Issue"][];
      item: components["schemas"]["ItemInTask"];
      may_edit: boolean;
      ontology: components["schemas"]["OpenedOntology"] | null;
      suggestions: components["schemas"]["OpenedSuggestion"][];
      tasks: components["schemas"]["PictureTask"][];
    };
    Pictures: {
      items: components["schemas"]["Picture"][];
    };
    PicturesWishRequest: {
      ids: string[];
    };
    /** @description `person`: who holds it; null while nobody took it. */
    PictureTask: {
      /**
       * @description * `annotation` - Annotation
       *     * `qa` - Review
       * @enum {string}
       */
      kind: "annotation" | "qa";
      mine: boolean;
      name: string;
      person: components["schemas"]["Person"] | null;
      /** Format: uuid */
      task: string;
      /** Format: uuid */
      task_item: string;
    };
    /** @description A row of the list. ``failed`` counts executions that wait for a retry. */
    Pipeline: {
      /** Format: date-time */
      created_at?: string;
      cycles: components["schemas"]["CycleCounts"];
      description?: string;
      /** Format: int64 */
      draft_version?: number;
      failed: number;
      /** Format: uuid */
      readonly id: string;
      name: string;
      /** Format: uuid */
      readonly project_id: string;
      revision_number: number | null;
      settings: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      started_at?: string | null;
      /**
       * @description * `draft` - Draft
       *     * `running` - Running
       *     * `paused` - Paused
       * @enum {string}
       */
      status: "draft" | "running" | "paused";
      template?: string;
      /** Format: date-time */
      updated_at?: string;
    };
    PipelineCreateRequest: {
      description?: string;
      graph?: {
        [key: string]: unknown;
      };
      name?: string;
      settings?: {
        [key: string]: unknown;
      };
      template?: string;
      variables?: {
        [key: string]: unknown;
      };
    };
    /** @description ``graph`` is the draft with the variables as they are now; ``draft_changed`` says that it is not what runs. */
    PipelineDetail: {
      counters: {
        [key: string]: components["schemas"]["NodeCounts"];
      };
      /** Format: date-time */
      created_at?: string;
      cycles: components["schemas"]["CycleCounts"];
      description?: string;
      draft_changed: boolean;
      /** Format: int64 */
      draft_version?: number;
      failed: number;
      graph: components["schemas"]["Graph"];
      /** Format: uuid */
      readonly id: string;
      name: string;
      ports: {
        [key: string]: components["schemas"]["NodePorts"];
      };
      /** Format: uuid */
      readonly project_id: string;
      revision_number: number | null;
      settings: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      started_at?: string | null;
      /**
       * @description * `draft` - Draft
       *     * `running` - Running
       *     * `paused` - Paused
       * @enum {string}
       */
      status: "draft" | "running" | "paused";
      template?: string;
      /** Format: date-time */
      updated_at?: string;
    };
    PipelineFile: {
      format: string;
    };
    PipelineList: {
      items: components["schemas"]["Pipeline"][];
      next: string | null;
    };
    PipelinePerson: {
      /** Format: uuid */
      readonly id: string;
      name: string;
    };
    /** @description ``current``: what new cycles run through. */
    PipelineRevision: {
      current: boolean;
      /** Format: uuid */
      readonly id: string;
      /** Format: int64 */
      number: number;
      /** Format: date-time */
      published_at?: string;
      published_by: components["schemas"]["PipelinePerson"] | null;
    };
    /** @description ``graph`` has the variables as they were when it was published; ``open_cycles`` still run through it. */
    PipelineRevisionDetail: {
      current: boolean;
      graph: components["schemas"]["Graph"];
      /** Format: uuid */
      readonly id: string;
      /** Format: int64 */
      number: number;
      open_cycles: number;
      ports: {
        [key: string]: components["schemas"]["NodePorts"];
      };
      /** Format: date-time */
      published_at?: string;
      published_by: components["schemas"]["PipelinePerson"] | null;
    };
    PipelineRevisionList: {
      items: components["schemas"]["PipelineRevision"][];
      next: string | null;
    };
    PipelineTemplateList: {
      items: components["schemas"]["Template"][];
      next: string | null;
    };
    PipelineTrash: {
      items: components["schemas"]["Pipeline"][];
      next: string | null;
    };
    Place: {
      node: string;
      port: string;
    };
    /** @description A point, or with w and h a box, in image pixels. */
    PlaceRequest: {
      /** Format: double */
      h?: number;
      /** Format: double */
      w?: number;
      /** Format: double */
      x: number;
      /** Format: double */
      y: number;
    };
    Point: {
      /** Format: double */
      x: number;
      /** Format: double */
      y: number;
    };
    Port: {
      doc: string;
      name: string;
      required: boolean;
      title: string;
      type: string;
      /** @description A control other than the type's own; empty: none. */
      widget: string;
    };
    Problem: {
      code: string;
      connection?: string;
      field?: string;
      /**
       * @description * `error` - error
       *     * `warning` - warning
       * @enum {string}
       */
      level: "error" | "warning";
      message: string;
      node?: string;
      port?: string;
      trigger?: string;
      variable?: string;
    };
    /** @description ``ports``: by node id, as each node's configuration makes them; nodes where that cannot be told are left out. */
    Problems: {
      ok: boolean;
      ports: {
        [key: string]: components["schemas"]["NodePorts"];
      };
      problems: components["schemas"]["Problem"][];
    };
    ProcessHealth: {
      alive: boolean;
      name: string;
      queue: string;
      role: string;
      /** Format: date-time */
      seen_at: string;
      /** Format: date-time */
      started_at: string;
    };
    Progress: {
      counts: components["schemas"]["TaskCounts"];
      pace: components["schemas"]["Pace"] | null;
      people: components["schemas"]["PersonFigures"][];
    };
    /** @description A project as one person sees it: `role` and `can` are theirs. */
    Project: {
      can: string[];
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      readonly id: string;
      readonly name: string;
      /**
       * @description * `owner` - Owner
       *     * `engineer` - Engineer
       *     * `reviewer` - Reviewer
       *     * `annotator` - Annotator
       *     * `viewer` - Viewer
       * @enum {string}
       */
      role: "owner" | "engineer" | "reviewer" | "annotator" | "viewer";
      settings: {
        [key: string]: unknown;
      };
    };
    ProjectCreateRequest: {
      name: string;
      settings?: {
        [key: string]: unknown;
      };
    };
    ProjectList: {
      items: components["schemas"]["Project"][];
      next: string | null;
    };
    ProjectSecret: {
      /** Format: date-time */
      readonly changed_at: string;
      changed_by: components["schemas"]["PipelinePerson"] | null;
      /** Format: uuid */
      readonly id: string;
      name: string;
    };
    /** @description ``name`` is what settings say: ``${secrets.name}``. */
    ProjectSecretCreateRequest: {
      name: string;
      value: string;
    };
    ProjectSecretList: {
      items: components["schemas"]["ProjectSecret"][];
      next: string | null;
    };
    ProjectTokenCreateRequest: {
      name: string;
    };
    ProjectTokenList: {
      items: components["schemas"]["Token"][];
      next: string | null;
    };
    /** @description Published weights that a project can begin with. */
    PublicModel: {
      adapter: string;
      description: string;
      file: string;
      here: boolean;
      key: string;
      learnt_from: string;
      licence: string;
      /** Format: double */
      size_mb: number;
      task: string;
      title: string;
    };
    PublicModelList: {
      items: components["schemas"]["PublicModel"][];
      next: string | null;
    };
    /** @description What I took out: by the task items' ids, or all of it that matches a filter of the query language. */
    PutBackRequest: {
      filter?: {
        [key: string]: unknown;
      };
      task_items?: string[];
    };
    /** @description The envelope of a query; see the README of datasets/query. */
    QueryRequest: {
      after?: string | null;
      context?: unknown;
      count?: boolean;
      filter?: unknown;
      join?: unknown;
      page?: number;
      pageSize?: number;
      /**
       * @description * `items` - items
       *     * `annotations` - annotations
       * @enum {string}
       */
      resource?: "items" | "annotations";
      sort?: unknown;
    };
    Queue: {
      items: components["schemas"]["TaskItem"][];
      recent: components["schemas"]["TaskItem"][];
      standing: components["schemas"]["Standing"];
    };
    QueueHealth: {
      failed_last_day: number;
      /** Format: date-time */
      oldest_queued_at: string | null;
      queue: string;
      queued: number;
      running: number;
    };
    Rate: {
      /** Format: double */
      high: number;
      /** Format: double */
      low: number;
      /** Format: double */
      rate: number;
    };
    ReasonRequest: {
      /** Format: uuid */
      comparison?: string | null;
      reason?: string;
    };
    ReassignRequest: {
      /** Format: uuid */
      person: string | null;
      task_items: string[];
    };
    RedistributeRequest: {
      shares: components["schemas"]["ShareRequest"][];
    };
    Renewed: {
      /** Format: date-time */
      lease_until: string;
    };
    /** @description `open`: task items on the screen; `waiting_edits`: those whose edits the browser could not send yet. */
    RenewRequest: {
      open?: string[];
      waiting_edits?: string[];
    };
    /** @description Narrowed by cycles, and by status, action or error code of the last execution there. ``dry_run``: only count. */
    RerunRequest: {
      /** @default  */
      action: string;
      /** @default  */
      code: string;
      cycles?: string[];
      /** @default false */
      dry_run: boolean;
      node: string;
      /**
       * @description * `done` - done
       *     * `failed` - failed
       *     * `cancelled` - cancelled
       *     * `` -
       * @default
       * @enum {string}
       */
      status: "done" | "failed" | "cancelled" | "";
    };
    /** @description ``stop``: also when it runs. */
    ResetRequest: {
      /** @default false */
      stop: boolean;
    };
    RestoreRequest: {
      revision: number;
    };
    /** @description `seen_version`: the content version on the screen; 412 if it moved. */
    RestoreVersionRequest: {
      seen_version?: number | null;
    };
    ResumeRequest: {
      /**
       * @description * `resume` - resume
       *     * `cancel` - cancel
       * @default resume
       * @enum {string}
       */
      open_cycles: "resume" | "cancel";
    };
    /** @description What to change is said by the item's open issues, by `issue`, which is made with the return, or by a note. */
    ReturnRequest: {
      issue?: components["schemas"]["NewIssueRequest"] | null;
      /** @default  */
      note: string;
      /** Format: uuid */
      op_id?: string | null;
      /**
       * Format: double
       * @default 0
       */
      seconds: number;
    };
    Revision: {
      action: string;
      /** Format: uuid */
      annotation: string;
      approved: boolean;
      attributes: {
        [key: string]: unknown;
      };
      author: string | null;
      /** Format: double */
      confidence: number | null;
      createdAt: string;
      current: boolean;
      geometry: unknown;
      label: string;
      modelId: string | null;
      revision: number;
      type: string;
    };
    RevisionList: {
      items: components["schemas"]["Revision"][];
      next: string | null;
    };
    /** @description ``draft_version`` is the one seen: another one stored answers 412. */
    RevisionRestoreRequest: {
      draft_version?: number;
    };
    /**
     * @description ``pool_size``: items that waited then; of the ``chosen``, ``at_random`` were for comparison, ``unfinished`` are
     *     still on their way: the next round comes when they are fewer than the node's ``keep_open``. ``method``: what the
     *     strategy "auto" decided on.
     */
    Round: {
      at_random: number;
      /** Format: int64 */
      budget: number;
      /** Format: int64 */
      chosen: number;
      /** Format: date-time */
      created_at?: string;
      /** Format: uuid */
      readonly id: string;
      method?: string;
      model: components["schemas"]["RoundModel"] | null;
      /** Format: int64 */
      number: number;
      /** Format: int64 */
      pool_size: number;
      /** Format: double */
      random_share?: number;
      report: {
        [key: string]: unknown;
      };
      /** Format: int64 */
      seed?: number;
      strategy: string;
      unfinished: number;
    };
    RoundList: {
      items: components["schemas"]["Round"][];
      next: string | null;
    };
    RoundModel: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    /** @description ``key`` makes a repeated request one run. Without ``node`` the first start node that takes items is meant. */
    RunRequest: {
      /** Format: uuid */
      dataset?: string | null;
      filter?: {
        [key: string]: unknown;
      };
      key?: string;
      node?: string;
      /** @default false */
      once: boolean;
    };
    /** @description Of a picture: classes, the likeliest first, or shapes, the surest first. */
    SampleAnswer: {
      classes?: components["schemas"]["SampleClass"][];
      shapes?: components["schemas"]["SampleShape"][];
    };
    SampleClass: {
      label: string;
      /** Format: double */
      share: number;
    };
    SampleEpoch: {
      /** @description Of the pictures, in their order */
      answers: components["schemas"]["SampleAnswer"][];
      /** @description From 0 */
      epoch: number;
    };
    SamplePicture: {
      /** Format: uuid */
      item: string | null;
      name: string;
      size_wh: number[];
      thumbnail: string | null;
      truth: components["schemas"]["SampleAnswer"];
    };
    Samples: {
      epochs: components["schemas"]["SampleEpoch"][];
      pictures: components["schemas"]["SamplePicture"][];
      /**
       * Format: double
       * @description Score from which its shapes are worth showing
       */
      shown_from: number;
    };
    SampleShape: {
      /** Format: double */
      confidence: number;
      /** @description Whether it has an inside */
      covers: boolean;
      label: string;
      rings: number[][][];
      type: string;
    };
    SandboxHealth: {
      note: string;
      /**
       * @description * `confined` - confined
       *     * `unavailable` - unavailable
       *     * `unsafe` - unsafe
       * @enum {string}
       */
      state: "confined" | "unavailable" | "unsafe";
    };
    SaveTemplateRequest: {
      description?: string;
      /** Format: uuid */
      pipeline: string;
      title: string;
    };
    /**
     * @description The curve: ``metric`` of ``points`` (fewest labels first), all on ``test_set``. Left out of it: ``elsewhere``
     *     versions that were not evaluated on that test set, ``other_recipe`` ones of another model or other settings.
     *     ``picked_by_chance``: items that the node's rounds picked at random. ``check``: the comparison with them.
     */
    Saving: {
      check: components["schemas"]["ChanceCheck"] | null;
      elsewhere: number;
      metric: string;
      other_recipe: number;
      picked_by_chance: number;
      points: components["schemas"]["CurvePoint"][];
      test_set: components["schemas"]["CurveTestSet"] | null;
    };
    /** @description A comment. `op_id`: repeated, nothing is done twice. */
    SayRequest: {
      /** @default  */
      body: string;
      mentions?: string[];
      /** Format: uuid */
      op_id?: string | null;
    };
    /** @description ``spec``: the settings of a clock as its trigger holds them: cron, timezone, startAt, endAt. */
    ScheduleRequest: {
      spec: {
        [key: string]: unknown;
      };
    };
    /** @description ``says``: the sentence that its trigger will have; empty where there are ``problems``. */
    ScheduleTimes: {
      next: string[];
      problems: string[];
      says: string;
    };
    /**
     * @description Two statements about an item: `model` or `person` against ground truth, or `person` against `other`. `truths`:
     *     annotations of ground truth, or of the other; `matched`: pairs that belong together.
     */
    Score: {
      /** Format: date-time */
      at: string;
      /** Format: double */
      attributes: number | null;
      /** Format: uuid */
      dataset: string;
      found: number;
      /** Format: double */
      geometry: number | null;
      /** Format: uuid */
      id: string;
      /** Format: uuid */
      item: string;
      kind: string;
      /** Format: double */
      label: number | null;
      matched: number;
      model: components["schemas"]["Named"] | null;
      name: string;
      other: components["schemas"]["Named"] | null;
      person: components["schemas"]["Named"] | null;
      /** Format: double */
      score: number;
      subset: string;
      /** Format: uuid */
      task: string | null;
      thumbnail: string | null;
      truths: number;
    };
    ScoreAskRequest: {
      /**
       * Format: uuid
       * @description Has this version predict the items of its test set first
       */
      model?: string;
    };
    /** @description `n` annotations of that label; `found`: those with a partner; `same`: those whose partner has the same label. */
    ScoreLabel: {
      /**
       * Format: double
       * @description Mean of those with a partner
       */
      attributes: number | null;
      found: number;
      /**
       * Format: double
       * @description Mean of those with a partner
       */
      geometry: number | null;
      /** @description Empty: what was found where nothing is */
      label: string;
      n: number;
      same: number;
      /** Format: double */
      score: number;
      type: string;
    };
    ScoreLabelList: {
      items: components["schemas"]["ScoreLabel"][];
      next: string | null;
    };
    ScoreList: {
      items: components["schemas"]["Score"][];
      next: string | null;
    };
    ScoreSummary: {
      /** Format: double */
      attributes: number | null;
      /** Format: double */
      geometry: number | null;
      /** Format: double */
      label: number | null;
      /** @description Pictures */
      n: number;
      other: components["schemas"]["Named"] | null;
      /** Format: double */
      score: number;
      /** @description Of a model: by the subset its pictures are in */
      subsets: components["schemas"]["SubsetScore"][];
      who: components["schemas"]["Named"];
    };
    ScoreSummaryList: {
      items: components["schemas"]["ScoreSummary"][];
      next: string | null;
    };
    /** @description Told this once. */
    Secret: {
      secret: string;
      url: string;
    };
    Selection: {
      arm: string;
      chosen?: number;
      model_id?: string | null;
      model_name?: string | null;
      pool?: number;
      rank: number;
      round: number;
      /** Format: double */
      score: number | null;
      strategy: string;
    };
    /** @description ``pool``: items that wait; ``open``: chosen and unfinished; ``waits_for``: why the next round has not run. */
    SelectionState: {
      budget: number;
      keep_open: number;
      open: number;
      pool: number;
      rounds: number;
      waits_for: string | null;
    };
    /**
     * @description Which: ``ids``, or all loose ends of ``node``: with ``action``, or those that chose none (``without_action``).
     *     Where to: ``connection`` (its id) or ``to_node`` (and ``to_port``).
     */
    SendOnRequest: {
      /** @default  */
      action: string;
      /** @default  */
      connection: string;
      ids?: string[];
      /** @default  */
      node: string;
      /** @default  */
      to_node: string;
      /** @default  */
      to_port: string;
      /** @default false */
      without_action: boolean;
    };
    /** @description ``count``: how many go on. ``job``: what sends them on in the background; null where all went at once. */
    Sent: {
      count: number;
      /** Format: uuid */
      job: string | null;
    };
    Series: {
      legend: string;
      points: number[][];
    };
    ShareRequest: {
      /** Format: uuid */
      person: string;
      /** @default 1 */
      share: number;
    };
    /** @description Keypoints by name, and which of them a line joins, by their place in the names. */
    SkeletonTemplate: {
      edges: number[][];
      names: string[];
    };
    /** @description Keypoints by name, and which of them a line joins, by their place in the names. */
    SkeletonTemplateRequest: {
      edges: number[][];
      names: string[];
    };
    Source: {
      /** Format: date-time */
      finished_at: string | null;
      /** Format: uuid */
      id: string;
      person: components["schemas"]["Person"] | null;
      /** Format: uuid */
      task: string;
      times_sent_back: number;
    };
    Stage: {
      /** Format: uuid */
      id: string;
      /**
       * @description * `annotation` - Annotation
       *     * `qa` - Review
       * @enum {string}
       */
      kind: "annotation" | "qa";
      name: string;
    };
    Standing: {
      done: number;
      done_today: number;
      free: number;
      held: number;
      sent_back: number;
      skipped: number;
    };
    StartCheckRequest: {
      /** @default 3 */
      seeds: number;
    };
    StorageHealth: {
      blob_bytes: number;
      blobs: number;
      disk_free_bytes: number;
      disk_total_bytes: number;
    };
    SubsetScore: {
      n: number;
      /** Format: double */
      score: number;
      subset: string;
    };
    SuggestingModel: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    Suggestion: {
      /** Format: double */
      confidence: number;
      label: string;
      model_id?: string;
      model_name?: string;
      prediction_id?: string;
      probs?: {
        [key: string]: number;
      };
    };
    Task: {
      /**
       * @description * `pulling` - Pulling
       *     * `distribution` - Distribution
       * @enum {string}
       */
      allocation: "pulling" | "distribution";
      annotation_types: string[];
      auto_accept: components["schemas"]["AutoAccept"] | null;
      batch_size: number;
      counts: components["schemas"]["TaskCounts"];
      /** Format: date-time */
      created_at: string;
      created_by: components["schemas"]["Person"] | null;
      dataset: components["schemas"]["DatasetRef"];
      /** Format: date-time */
      due_date: string | null;
      everyone: boolean;
      /** Format: uuid */
      id: string;
      instructions: string;
      /**
       * @description * `annotation` - Annotation
       *     * `qa` - Review
       * @enum {string}
       */
      kind: "annotation" | "qa";
      labels: string[];
      max_workload: number;
      name: string;
      node_id: string;
      /** Format: uuid */
      parent_task: string | null;
      /** Format: uuid */
      pipeline_id: string | null;
      priority: number;
      /** Format: uuid */
      project: string;
      /** Format: double */
      sample_percent: number;
      /**
       * @description * `open` - Open
       *     * `completed` - Completed
       *     * `archived` - Archived
       * @enum {string}
       */
      status: "open" | "completed" | "archived";
      statuses: string[];
    };
    TaskCounts: {
      approved: number;
      assigned: number;
      completed: number;
      discard: number;
      finished: number;
      free: number;
      open: number;
      rejected: number;
      sent_back: number;
      total: number;
      with_annotator: number;
    };
    /** @description `items` or `filter`: what the task begins with; left out, it begins empty. */
    TaskCreateRequest: {
      /**
       * @description * `pulling` - Pulling
       *     * `distribution` - Distribution
       * @enum {string}
       */
      allocation?: "pulling" | "distribution";
      annotation_types?: string[] | null;
      auto_accept?: components["schemas"]["AutoAcceptRequest"] | null;
      batch_size?: number;
      /** Format: uuid */
      dataset: string;
      /** Format: date-time */
      due_date?: string | null;
      filter?: {
        [key: string]: unknown;
      };
      instructions?: string;
      items?: string[];
      /**
       * @description * `annotation` - Annotation
       *     * `qa` - Review
       * @enum {string}
       */
      kind: "annotation" | "qa";
      labels?: string[] | null;
      max_workload?: number;
      name: string;
      /** Format: uuid */
      parent_task?: string | null;
      people?: components["schemas"]["ShareRequest"][];
      priority?: number;
      /** Format: double */
      sample_percent?: number;
    };
    /** @description `instructions_html`: the instructions' Markdown as HTML that is safe to show. */
    TaskDetail: {
      /**
       * @description * `pulling` - Pulling
       *     * `distribution` - Distribution
       * @enum {string}
       */
      allocation: "pulling" | "distribution";
      annotation_types: string[];
      auto_accept: components["schemas"]["AutoAccept"] | null;
      batch_size: number;
      counts: components["schemas"]["TaskCounts"];
      /** Format: date-time */
      created_at: string;
      created_by: components["schemas"]["Person"] | null;
      dataset: components["schemas"]["DatasetRef"];
      /** Format: date-time */
      due_date: string | null;
      everyone: boolean;
      /** Format: uuid */
      id: string;
      instructions: string;
      instructions_html: string;
      /**
       * @description * `annotation` - Annotation
       *     * `qa` - Review
       * @enum {string}
       */
      kind: "annotation" | "qa";
      labels: string[];
      max_workload: number;
      name: string;
      node_id: string;
      /** Format: uuid */
      parent_task: string | null;
      /** Format: uuid */
      pipeline_id: string | null;
      priority: number;
      /** Format: uuid */
      project: string;
      /** Format: double */
      sample_percent: number;
      /**
       * @description * `open` - Open
       *     * `completed` - Completed
       *     * `archived` - Archived
       * @enum {string}
       */
      status: "open" | "completed" | "archived";
      statuses: string[];
    };
    /**
     * @description `place`: {"x", "y"} or {"x", "y", "w", "h"}; with neither place nor annotation it is about the whole item.
     *     `body`: what it opened with, in one text.
     */
    TaskIssue: {
      /** Format: uuid */
      annotation: string | null;
      author: components["schemas"]["Person"] | null;
      body: string;
      /**
       * @description * `wrong_label` - Wrong label
       *     * `missing` - Something is missing
       *     * `extra` - Should not be there
       *     * `loose_geometry` - Outline is not exact
       *     * `wrong_attribute` - Wrong attribute
       *     * `other` - Something else
       * @enum {string}
       */
      category: "wrong_label" | "missing" | "extra" | "loose_geometry" | "wrong_attribute" | "other";
      comments: components["schemas"]["IssueComment"][];
      /** Format: date-time */
      created_at: string;
      /** Format: uuid */
      id: string;
      item: components["schemas"]["IssueItem"];
      number: number;
      place: {
        [key: string]: number;
      } | null;
      /**
       * @description * `open` - Open
       *     * `fixed` - For review
       *     * `resolved` - Resolved
       * @enum {string}
       */
      state: "open" | "fixed" | "resolved";
      /** Format: uuid */
      task_item: string;
    };
    TaskIssueList: {
      items: components["schemas"]["TaskIssue"][];
      next: string | null;
    };
    TaskItem: {
      approved: boolean;
      assignee: components["schemas"]["Person"] | null;
      cycle: components["schemas"]["CycleRef"] | null;
      /** Format: date-time */
      finished_at: string | null;
      finished_by: components["schemas"]["Person"] | null;
      /** Format: uuid */
      id: string;
      issues: components["schemas"]["Issue"][];
      item: components["schemas"]["ItemInTask"];
      label: string | null;
      /** Format: date-time */
      labelled_at: string | null;
      labelled_by: components["schemas"]["Person"] | null;
      /** Format: date-time */
      lease_until: string | null;
      objects: number;
      /**
       * @description * `sent_back` - sent_back
       *     * `normal` - normal
       *     * `skipped` - skipped
       * @enum {string}
       */
      place: "sent_back" | "normal" | "skipped";
      round: number | null;
      /** Format: double */
      seconds: number;
      selection: components["schemas"]["Selection"] | null;
      source: components["schemas"]["Source"] | null;
      status: string;
      suggestion: components["schemas"]["Suggestion"] | null;
      /** Format: uuid */
      task: string;
      times_sent_back: number;
      with_annotator: boolean;
    };
    TaskItemList: {
      items: components["schemas"]["TaskItem"][];
      next: string | null;
    };
    TaskItemLogList: {
      items: components["schemas"]["Log"][];
      next: string | null;
    };
    TaskList: {
      items: components["schemas"]["Task"][];
      next: string | null;
    };
    /** @description `taken`: items in this task; `auto_accepted` of them by a rule; `not_taken`: finished by the parent, not here. */
    TaskReview: {
      auto_accept: components["schemas"]["AutoAccept"] | null;
      auto_accepted: number;
      followed_by: components["schemas"]["Stage"][];
      in_pipeline: boolean;
      not_taken: number;
      parent_task: components["schemas"]["Stage"] | null;
      /** Format: double */
      sample_percent: number;
      taken: number;
    };
    TaskWork: {
      dataset: components["schemas"]["DatasetRef"];
      done_today: number;
      /** Format: date-time */
      due_date: string | null;
      free: number;
      held: number;
      /** Format: uuid */
      id: string;
      kind: string;
      name: string;
      priority: number;
      sent_back: number;
      waiting: number;
    };
    Template: {
      description: string;
      graph: components["schemas"]["Graph"];
      name: string;
      ports: {
        [key: string]: components["schemas"]["NodePorts"];
      };
      /**
       * Format: uuid
       * @description The id of one that the project saved.
       */
      saved: string | null;
      title: string;
    };
    TestSet: {
      candidates: number;
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      dataset: string;
      readonly filter: unknown;
      readonly group_key: string;
      /** Format: double */
      readonly grow: number | null;
      /** Format: uuid */
      readonly id: string;
      readonly name: string;
      /** @description The newest version: id, number, item_count, created_at. */
      newest: unknown;
    };
    TestSetCreateRequest: {
      filter: {
        [key: string]: unknown;
      };
      group_key?: string;
      /** Format: double */
      grow?: number | null;
      name: string;
    };
    TestSetEntry: {
      blob: string;
      id: number;
      /** Format: uuid */
      item: string;
      labels: unknown[];
    };
    TestSetEntryList: {
      items: components["schemas"]["TestSetEntry"][];
      next: string | null;
    };
    TestSetList: {
      items: components["schemas"]["TestSet"][];
      next: string | null;
    };
    TestSetVersion: {
      /** Format: date-time */
      readonly created_at: string;
      readonly filter: unknown;
      readonly hash: string;
      /** Format: uuid */
      readonly id: string;
      readonly item_count: number;
      readonly label_counts: unknown;
      readonly number: number;
      /** Format: uuid */
      test_set: string;
    };
    TestSetVersionList: {
      items: components["schemas"]["TestSetVersion"][];
      next: string | null;
    };
    /** @description Executions done within the last whole minute, and the last hour. */
    Throughput: {
      hour: number;
      minute: number;
    };
    Tiles: {
      /** @description Why they cannot be cut. */
      error: string;
      height: number;
      /** @description Coarsest first; the place in the list is the level of an address. */
      levels: components["schemas"]["Level"][];
      /** @description False while they are being cut, which asking hastens. */
      ready: boolean;
      /** @description Pixels of a tile's side; those at the right and lower edge are smaller. */
      tile: number;
      /** @description Of the content; with it as ?v= a tile may be cached for good. */
      version: string;
      width: number;
    };
    /** @description Items that took from `low` up to `high` seconds; no `high`: the rest. */
    TimeBin: {
      count: number;
      high: number | null;
      low: number;
    };
    Token: {
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      readonly id: string;
      /** Format: date-time */
      readonly last_used: string | null;
      readonly name: string;
      readonly prefix: string;
      /** Format: uuid */
      readonly project: string | null;
      user: components["schemas"]["User"];
    };
    TokenCreateRequest: {
      name: string;
      /** Format: uuid */
      project?: string | null;
    };
    TokenList: {
      items: components["schemas"]["Token"][];
      next: string | null;
    };
    TokenMade: {
      /** Format: date-time */
      readonly created_at: string;
      /** Format: uuid */
      readonly id: string;
      /** @description Shown this once; only its hash is kept. */
      key: string;
      /** Format: date-time */
      readonly last_used: string | null;
      readonly name: string;
      readonly prefix: string;
      /** Format: uuid */
      readonly project: string | null;
      user: components["schemas"]["User"];
    };
    /** @description ``says``: a sentence on when it fires next; ``has_secret``: its webhook can be called. */
    Trigger: {
      /** @description The pipeline accepts triggers now. */
      active?: boolean;
      enabled?: boolean;
      error?: string;
      /** Format: date-time */
      fired_at?: string | null;
      readonly has_secret: boolean;
      /** Format: uuid */
      readonly id: string;
      key: string;
      /**
       * @description * `event` - On an event
       *     * `every_n` - Every N
       *     * `cron` - By the clock
       *     * `measure` - When a figure says so
       *     * `manual` - By hand
       *     * `webhook` - By a webhook
       * @enum {string}
       */
      kind: "event" | "every_n" | "cron" | "measure" | "manual" | "webhook";
      mode?: string;
      /** Format: date-time */
      next_at?: string | null;
      node_id: string;
      overlap?: string;
      readonly says: string;
      spec: {
        [key: string]: unknown;
      };
      state: {
        [key: string]: unknown;
      };
    };
    TriggerList: {
      items: components["schemas"]["Trigger"][];
      next: string | null;
    };
    /**
     * @description `answer`: size_wh, seconds, and `classes` (label, share) or `shapes` (type, label, confidence,
     *     covers, rings) with the `threshold` from which they are shown to people.
     */
    TryStanding: {
      answer: {
        [key: string]: unknown;
      } | null;
      /** Format: uuid */
      job: string;
      /** @description Why it failed, for people; empty otherwise. */
      message: string;
      /**
       * @description * `queued` - queued
       *     * `running` - running
       *     * `done` - done
       *     * `failed` - failed
       *     * `cancelled` - cancelled
       * @enum {string}
       */
      state: "queued" | "running" | "done" | "failed" | "cancelled";
    };
    /** @description `op_id`: of the act that is taken back, on these items. */
    UndoPageRequest: {
      /** Format: uuid */
      op_id: string;
      task_items: string[];
    };
    UploadReport: {
      added: number;
      overwritten: number;
      refused: number;
      results: components["schemas"]["UploadResult"][];
      skipped: number;
    };
    UploadRequest: {
      file: string[];
      /** @description JSON for the files that follow. */
      metadata?: string;
      /** @description Path of the next file, before it. */
      path?: string;
    };
    UploadResult: {
      filename: string;
      /** Format: uuid */
      id?: string;
      message?: string;
      reason?: string;
      /**
       * @description * `added` - added
       *     * `overwritten` - overwritten
       *     * `skipped` - skipped
       *     * `refused` - refused
       * @enum {string}
       */
      status: "added" | "overwritten" | "skipped" | "refused";
    };
    User: {
      /** Format: email */
      readonly email: string;
      /** Format: uuid */
      readonly id: string;
      readonly name: string;
    };
    ValidateRequest: {
      graph?: {
        [key: string]: unknown;
      };
    };
    Variable: {
      description?: string;
      /** Format: uuid */
      readonly id: string;
      name: string;
      type: string;
      /** Format: date-time */
      updated_at?: string;
      value: unknown;
      /** Format: int64 */
      version?: number;
    };
    VariableChange: {
      /** Format: date-time */
      at?: string;
      /** Format: uuid */
      readonly id: string;
      new: unknown;
      node_id?: string;
      old: unknown;
      user: components["schemas"]["PipelinePerson"] | null;
      /** Format: int64 */
      version: number;
      why?: string;
    };
    VariableChangeList: {
      items: components["schemas"]["VariableChange"][];
      next: string | null;
    };
    VariableList: {
      items: components["schemas"]["Variable"][];
      names: {
        [key: string]: string;
      };
      next: string | null;
    };
    /** @description `label`: a correction; `issue`: it is flagged, and goes back with it; neither: it is right as it is. */
    VerdictRequest: {
      issue?: components["schemas"]["NewIssueRequest"] | null;
      label?: string | null;
      seen_version: number;
      /** Format: uuid */
      task_item: string;
    };
    /**
     * @description `file`: name, size, sha256, at; `about`: the artifact that tells how to use it and how it was checked; `job`: one
     *     that is newer than the file.
     */
    VersionExport: {
      about: string | null;
      file: {
        [key: string]: unknown;
      } | null;
      format: string;
      job: components["schemas"]["JobState"] | null;
      /** @description Why it cannot be asked for; empty where it can */
      reason: string;
      text: string;
      title: string;
    };
    VersionExportAskRequest: {
      /**
       * @description * `onnx` - onnx
       *     * `exported_program` - exported_program
       * @enum {string}
       */
      format: "onnx" | "exported_program";
    };
    VersionExportList: {
      items: components["schemas"]["VersionExport"][];
      next: string | null;
    };
    VersionOfTestSet: {
      hash: string;
      /** Format: uuid */
      id: string;
      item_count: number;
      number: number;
    };
    VersionPerson: {
      /** Format: uuid */
      id: string;
      name: string;
    };
    VersionRestored: {
      changed: number;
      content_version: number;
      items: components["schemas"]["Annotation"][];
    };
    /** @description What an execution waits for; `work` null: no work of people, or none that the caller may see. */
    Wait: {
      node_id: string;
      reason: string;
      work: components["schemas"]["WaitWork"] | null;
    };
    /** @description `person`: who has it, null while nobody took it; `with_annotator`: a review whose picture was sent back. */
    WaitWork: {
      /**
       * @description * `annotation` - annotation
       *     * `qa` - qa
       * @enum {string}
       */
      kind: "annotation" | "qa";
      name: string;
      person: components["schemas"]["PipelinePerson"] | null;
      /** Format: date-time */
      since: string;
      /** Format: uuid */
      task: string;
      /** Format: uuid */
      task_item: string;
      with_annotator: boolean;
    };
    Way: {
      connection: string;
      execution: string;
    };
    Words: {
      items: string[];
      next: string | null;
    };
    Work: {
      approved_unchanged: number;
      done_today: number;
      next: components["schemas"]["TaskWork"] | null;
      reviewed: number;
      /** Format: double */
      seconds_today: number;
      tasks: components["schemas"]["TaskWork"][];
      waiting: number;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  adapters_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AdapterList"];
        };
      };
    };
  };
  annotations_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        annotation_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RestoreRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OperationAnswers"];
        };
      };
    };
  };
  attributes_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        attribute_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  attributes_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        attribute_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedAttributeWriteRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Attribute"];
        };
      };
    };
  };
  code_tests_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        test_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CodeTest"];
        };
      };
    };
  };
  comparisons_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        comparison_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Comparison"];
        };
      };
    };
  };
  cycles_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        cycle_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CycleDetail"];
        };
      };
    };
  };
  cycles_id_cancel_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        cycle_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CycleDetail"];
        };
      };
    };
  };
  cycles_id_cost_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        cycle_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Cost"];
        };
      };
    };
  };
  cycles_id_rerun_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        cycle_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["CycleRerunRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CycleDetail"];
        };
      };
    };
  };
  cycles_id_retry_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        cycle_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CycleDetail"];
        };
      };
    };
  };
  datasets_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
    };
  };
  datasets_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  datasets_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedDatasetPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
    };
  };
  datasets_id_exports_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ExportList"];
        };
      };
    };
  };
  datasets_id_facets_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Facets"];
        };
      };
    };
  };
  datasets_id_imports_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ImportList"];
        };
      };
    };
  };
  datasets_id_imports_post: {
    parameters: {
      query?: {
        directory?: string;
        /** @description What to do with a name that exists. */
        mode?: "overwrite" | "skip";
      };
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "multipart/form-data": {
          /** Format: binary */
          file?: string;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Import"];
        };
      };
    };
  };
  datasets_id_items_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemList"];
        };
      };
    };
  };
  datasets_id_items_post: {
    parameters: {
      query?: {
        /** @description What to do with a name that exists. */
        mode?: "overwrite" | "skip";
      };
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "multipart/form-data": components["schemas"]["UploadRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UploadReport"];
        };
      };
    };
  };
  datasets_id_items_bulk_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["BulkRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["BulkAnswer"];
        };
      };
    };
  };
  datasets_id_items_clone_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CloneRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["BulkAnswer"];
        };
      };
    };
  };
  datasets_id_items_query_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["QueryRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemPage"];
        };
      };
    };
  };
  datasets_id_outlines_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OutlineWishRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Outlines"];
        };
      };
    };
  };
  datasets_id_pictures_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PicturesWishRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Pictures"];
        };
      };
    };
  };
  datasets_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
    };
  };
  datasets_id_test_sets_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSetList"];
        };
      };
    };
  };
  datasets_id_test_sets_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        dataset_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TestSetCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSet"];
        };
      };
    };
  };
  deliveries_id_retry_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        delivery_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Delivery"];
        };
      };
    };
  };
  evaluations_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        evaluation_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Evaluation"];
        };
      };
    };
  };
  evaluations_id_findings_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        evaluation_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, unknown>;
        };
      };
    };
  };
  evaluations_id_items_get: {
    parameters: {
      query?: {
        limit?: string;
        offset?: string;
        only?: string;
        predicted?: string;
        slice?: string;
        truth?: string;
      };
      header?: never;
      path: {
        evaluation_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Listing"];
        };
      };
    };
  };
  evaluations_id_table_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        evaluation_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": string;
        };
      };
    };
  };
  evaluations_id_thresholds_get: {
    parameters: {
      query?: {
        cost_false?: number;
        cost_missed?: number;
        label?: string;
        target?: number;
        wish?: "cost" | "f1" | "precision" | "recall";
      };
      header?: never;
      path: {
        evaluation_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Cutting"];
        };
      };
    };
  };
  executions_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        execution_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ExecutionDetail"];
        };
      };
    };
  };
  executions_id_decide_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        execution_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["GateVerdictRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ExecutionDetail"];
        };
      };
    };
  };
  executions_id_rerun_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        execution_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CycleDetail"];
        };
      };
    };
  };
  executions_id_retry_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        execution_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ExecutionDetail"];
        };
      };
    };
  };
  exports_id_file_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        export_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": string;
        };
      };
    };
  };
  firings_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        firing_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Firing"];
        };
      };
    };
  };
  gallery_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PublicModelList"];
        };
      };
    };
  };
  health_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  hooks_id_post: {
    parameters: {
      query?: never;
      header: {
        "X-ALP-Signature": string;
        "X-ALP-Timestamp": string;
      };
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": {
          [key: string]: unknown;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["HookAnswer"];
        };
      };
    };
  };
  imports_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        import_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Import"];
        };
      };
    };
  };
  imports_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        import_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  issues_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        issue_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issue"];
        };
      };
    };
  };
  issues_id_comments_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        issue_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SayRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issue"];
        };
      };
    };
  };
  issues_id_fix_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        issue_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SayRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issue"];
        };
      };
    };
  };
  issues_id_reopen_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        issue_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SayRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issue"];
        };
      };
    };
  };
  issues_id_resolve_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        issue_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SayRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issue"];
        };
      };
    };
  };
  items_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Item"];
        };
      };
    };
  };
  items_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  items_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedItemPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Item"];
        };
      };
    };
  };
  items_id_annotations_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemAnnotations"];
        };
      };
    };
  };
  items_id_annotations_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OperationsRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OperationAnswers"];
        };
      };
    };
  };
  items_id_cycles_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCycleList"];
        };
      };
    };
  };
  items_id_encoding_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": string;
        };
      };
    };
  };
  items_id_encoding_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["EncodingAskRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EncodingStanding"];
        };
      };
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EncodingStanding"];
        };
      };
    };
  };
  items_id_predictions_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Listing"];
        };
      };
    };
  };
  items_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Item"];
        };
      };
    };
  };
  items_id_revisions_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RevisionList"];
        };
      };
    };
  };
  items_id_scores_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemScoreList"];
        };
      };
    };
  };
  items_id_stream_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "image/*": string;
        };
      };
    };
  };
  items_id_thumbnail_get: {
    parameters: {
      query?: {
        size?: 1024 | 2048 | 256 | 64;
      };
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "image/*": string;
        };
      };
    };
  };
  items_id_tiles_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Tiles"];
        };
      };
    };
  };
  items_id_tiles_id_id_id_get: {
    parameters: {
      query?: {
        /** @description The content's version, for an answer to be kept for good. */
        v?: string;
      };
      header?: never;
      path: {
        column: number;
        item_id: string;
        level: number;
        row: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "image/*": string;
        };
      };
      /** @description No response body */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  items_id_versions_get: {
    parameters: {
      query?: {
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemVersions"];
        };
      };
    };
  };
  items_id_versions_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemAtVersion"];
        };
      };
    };
  };
  items_id_versions_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        item_id: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RestoreVersionRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VersionRestored"];
        };
      };
    };
  };
  labels_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        label_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  labels_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        label_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedLabelWriteRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Label"];
        };
      };
    };
  };
  me_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
    };
  };
  me_patch: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedMePatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
    };
  };
  members_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        member_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  members_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        member_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedMemberPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Member"];
        };
      };
    };
  };
  models_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  models_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedModelPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_archive_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_artifacts_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/octet-stream": string;
        };
      };
    };
  };
  models_id_cancel_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_clone_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ModelCloneRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_evaluations_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EvaluationList"];
        };
      };
    };
  };
  models_id_evaluations_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["EvaluationCreateRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Evaluation"];
        };
      };
    };
  };
  models_id_export_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/zip": string;
        };
      };
    };
  };
  models_id_exports_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VersionExportList"];
        };
      };
    };
  };
  models_id_exports_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["VersionExportAskRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JobState"];
        };
      };
    };
  };
  models_id_lineage_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, unknown>;
        };
      };
    };
  };
  models_id_lineage_items_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, unknown>;
        };
      };
    };
  };
  models_id_load_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_log_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Listing"];
        };
      };
    };
  };
  models_id_metrics_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Metrics"];
        };
      };
    };
  };
  models_id_promote_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_rollback_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_samples_get: {
    parameters: {
      query?: {
        after?: number;
      };
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Samples"];
        };
      };
    };
  };
  models_id_train_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  models_id_try_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "multipart/form-data": {
          /** Format: binary */
          file?: string;
        };
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TryStanding"];
        };
      };
    };
  };
  models_id_try_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TryStanding"];
        };
      };
    };
  };
  models_id_uses_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        model_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelUseList"];
        };
      };
    };
  };
  node_types_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NodeTypeList"];
        };
      };
    };
  };
  ontologies_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ontology_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ontology"];
        };
      };
    };
  };
  ontologies_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ontology_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  ontologies_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ontology_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedOntologyPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ontology"];
        };
      };
    };
  };
  ontologies_id_attributes_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ontology_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AttributeWriteRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Attribute"];
        };
      };
    };
  };
  ontologies_id_labels_put: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ontology_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OrderRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ontology"];
        };
      };
    };
  };
  ontologies_id_labels_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ontology_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["LabelWriteRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Label"];
        };
      };
    };
  };
  pipeline_templates_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        template_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  pipelines_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  pipelines_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedPipelinePatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_code_test_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["CodeTestCreateRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CodeTest"];
        };
      };
    };
  };
  pipelines_id_code_versions_get: {
    parameters: {
      query?: {
        /** @description Only of this node. */
        node?: string;
      };
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CodeVersionList"];
        };
      };
    };
  };
  pipelines_id_counters_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Counters"];
        };
      };
    };
  };
  pipelines_id_cycles_get: {
    parameters: {
      query?: {
        item?: string;
        status?: string;
      };
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CycleList"];
        };
      };
    };
  };
  pipelines_id_cycles_cancel_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ChooseCyclesRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Acted"];
        };
      };
    };
  };
  pipelines_id_deliveries_get: {
    parameters: {
      query?: {
        /** @description Only of this node. */
        node?: string;
        state?: "delivered" | "failed" | "queued";
      };
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeliveryList"];
        };
      };
    };
  };
  pipelines_id_diff_get: {
    parameters: {
      query?: {
        /** @description "draft" unless given */
        after?: string;
        /** @description "published" unless given */
        before?: string;
      };
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Diff"];
        };
      };
    };
  };
  pipelines_id_executions_get: {
    parameters: {
      query?: {
        action?: string;
        code?: string;
        loose?: string;
        node?: string;
        status?: string;
      };
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ExecutionList"];
        };
      };
    };
  };
  pipelines_id_export_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineFile"];
        };
      };
    };
  };
  pipelines_id_loose_ends_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LooseEndList"];
        };
      };
    };
  };
  pipelines_id_nodes_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node_id: string;
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["NodeReport"];
        };
      };
    };
  };
  pipelines_id_nodes_id_rounds_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node_id: string;
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RoundList"];
        };
      };
    };
  };
  pipelines_id_nodes_id_saving_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node_id: string;
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saving"];
        };
      };
    };
  };
  pipelines_id_nodes_id_saving_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node_id: string;
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["StartCheckRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saving"];
        };
      };
    };
  };
  pipelines_id_nodes_id_saving_cancel_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node_id: string;
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Saving"];
        };
      };
    };
  };
  pipelines_id_nodes_id_selection_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        node_id: string;
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SelectionState"];
        };
      };
    };
  };
  pipelines_id_pause_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PauseRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_rerun_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RerunRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Acted"];
        };
      };
    };
  };
  pipelines_id_reset_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ResetRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_resume_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ResumeRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_retry_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ChooseCyclesRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Acted"];
        };
      };
    };
  };
  pipelines_id_revisions_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineRevisionList"];
        };
      };
    };
  };
  pipelines_id_run_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RunRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Firing"];
        };
      };
    };
  };
  pipelines_id_run_count_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RunRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Count"];
        };
      };
    };
  };
  pipelines_id_send_on_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["SendOnRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Sent"];
        };
      };
    };
  };
  pipelines_id_start_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  pipelines_id_triggers_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TriggerList"];
        };
      };
    };
  };
  pipelines_id_validate_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ValidateRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Problems"];
        };
      };
    };
  };
  pipelines_id_variables_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        pipeline_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VariableList"];
        };
      };
    };
  };
  projects_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProjectList"];
        };
      };
    };
  };
  projects_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProjectCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Project"];
        };
      };
    };
  };
  projects_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Project"];
        };
      };
    };
  };
  projects_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  projects_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedProjectPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Project"];
        };
      };
    };
  };
  projects_id_comparisons_get: {
    parameters: {
      query?: {
        after?: string;
        limit?: string;
        model?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ComparisonList"];
        };
      };
    };
  };
  projects_id_comparisons_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ComparisonCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Comparison"];
        };
      };
    };
  };
  projects_id_datasets_get: {
    parameters: {
      query?: {
        q?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetList"];
        };
      };
    };
  };
  projects_id_datasets_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DatasetCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Dataset"];
        };
      };
    };
  };
  projects_id_datasets_trash_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetTrash"];
        };
      };
    };
  };
  projects_id_figures_get: {
    parameters: {
      query?: {
        /** @description One row a person, label, task or day; person if left out. */
        by?: "day" | "label" | "person" | "task";
        /** @description First day; 30 days up to today if left out. */
        from?: string;
        person?: string;
        task?: string;
        /** @description Last day, itself included. */
        to?: string;
        /** @description Time zone of the days, such as Europe/Berlin; UTC if left out. */
        tz?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Figures"];
        };
      };
    };
  };
  projects_id_figures_download_get: {
    parameters: {
      query?: {
        /** @description One row a person, label, task or day; person if left out. */
        by?: "day" | "label" | "person" | "task";
        /** @description First day; 30 days up to today if left out. */
        from?: string;
        person?: string;
        task?: string;
        /** @description Last day, itself included. */
        to?: string;
        /** @description Time zone of the days, such as Europe/Berlin; UTC if left out. */
        tz?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/csv": string;
        };
      };
    };
  };
  projects_id_gates_get: {
    parameters: {
      query?: {
        pipeline?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GateList"];
        };
      };
    };
  };
  projects_id_instructions_preview_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["MarkdownRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Markup"];
        };
      };
    };
  };
  projects_id_items_query_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["QueryRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemPage"];
        };
      };
    };
  };
  projects_id_members_get: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
        q?: string;
        role?: ("annotator" | "engineer" | "owner" | "reviewer" | "viewer")[];
        user?: string[];
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MemberList"];
        };
      };
    };
  };
  projects_id_members_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["MemberAddRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MemberAdded"];
        };
      };
    };
  };
  projects_id_mentions_get: {
    parameters: {
      query?: {
        after?: string;
        limit?: string;
        unread?: boolean;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MentionList"];
        };
      };
    };
  };
  projects_id_mentions_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["MentionsReadRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCount"];
        };
      };
    };
  };
  projects_id_models_get: {
    parameters: {
      query?: {
        adapter?: string;
        after?: string;
        cycle_id?: string;
        dataset?: string;
        family?: string;
        limit?: string;
        search?: string;
        sort?: string;
        stage?: string;
        status?: string;
        tag?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelList"];
        };
      };
    };
  };
  projects_id_models_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ModelCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  projects_id_models_figures_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, unknown>;
        };
      };
    };
  };
  projects_id_models_import_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "multipart/form-data": {
          /** Format: binary */
          file?: string;
        };
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  projects_id_models_register_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ModelRegisterRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Model"];
        };
      };
    };
  };
  projects_id_models_tags_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Words"];
        };
      };
    };
  };
  projects_id_models_together_get: {
    parameters: {
      query?: {
        /** @description Two to six ids, with commas between them */
        models?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": Record<string, unknown>;
        };
      };
    };
  };
  projects_id_models_together_items_get: {
    parameters: {
      query?: {
        /** @description Two to six ids, with commas between them */
        models?: string;
        offset?: string;
        only?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Listing"];
        };
      };
    };
  };
  projects_id_ontologies_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OntologyList"];
        };
      };
    };
  };
  projects_id_ontologies_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OntologyCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Ontology"];
        };
      };
    };
  };
  projects_id_pipeline_templates_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineTemplateList"];
        };
      };
    };
  };
  projects_id_pipeline_templates_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SaveTemplateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Template"];
        };
      };
    };
  };
  projects_id_pipelines_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineList"];
        };
      };
    };
  };
  projects_id_pipelines_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PipelineCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  projects_id_pipelines_import_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ImportRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Imported"];
        };
      };
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Imported"];
        };
      };
    };
  };
  projects_id_pipelines_trash_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineTrash"];
        };
      };
    };
  };
  projects_id_promotions_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Listing"];
        };
      };
    };
  };
  projects_id_scores_get: {
    parameters: {
      query?: {
        after?: string;
        /** @description Only scores under this one */
        below?: number;
        dataset?: string;
        /** @description model (default), person or people */
        kind?: "model" | "people" | "person";
        limit?: string;
        model?: string;
        other?: string;
        person?: string;
        subset?: string;
        task?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScoreList"];
        };
      };
    };
  };
  projects_id_scores_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ScoreAskRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["JobState"];
        };
      };
    };
  };
  projects_id_scores_labels_get: {
    parameters: {
      query?: {
        after?: string;
        /** @description Only scores under this one */
        below?: number;
        dataset?: string;
        /** @description model (default), person or people */
        kind?: "model" | "people" | "person";
        limit?: string;
        model?: string;
        other?: string;
        person?: string;
        subset?: string;
        task?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScoreLabelList"];
        };
      };
    };
  };
  projects_id_scores_summary_get: {
    parameters: {
      query?: {
        /** @description model (default), person or people */
        kind?: "model" | "people" | "person";
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScoreSummaryList"];
        };
      };
    };
  };
  projects_id_secrets_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProjectSecretList"];
        };
      };
    };
  };
  projects_id_secrets_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProjectSecretCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProjectSecret"];
        };
      };
    };
  };
  projects_id_tasks_get: {
    parameters: {
      query?: {
        kind?: string;
        q?: string;
        status?: string;
      };
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskList"];
        };
      };
    };
  };
  projects_id_tasks_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TaskCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskDetail"];
        };
      };
    };
  };
  projects_id_tokens_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProjectTokenList"];
        };
      };
    };
  };
  projects_id_tokens_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ProjectTokenCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TokenMade"];
        };
      };
    };
  };
  projects_id_waiting_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCount"];
        };
      };
    };
  };
  projects_id_work_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        project_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Work"];
        };
      };
    };
  };
  revisions_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        revision_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineRevisionDetail"];
        };
      };
    };
  };
  revisions_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        revision_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RevisionRestoreRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PipelineDetail"];
        };
      };
    };
  };
  secrets_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        secret_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  secrets_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        secret_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedProjectSecretChangeRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProjectSecret"];
        };
      };
    };
  };
  task_items_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskItem"];
        };
      };
    };
  };
  task_items_id_approve_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ApproveRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Done"];
        };
      };
    };
  };
  task_items_id_complete_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["CompleteRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Done"];
        };
      };
    };
  };
  task_items_id_discard_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ActRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Done"];
        };
      };
    };
  };
  task_items_id_history_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskItemLogList"];
        };
      };
    };
  };
  task_items_id_issues_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IssueList"];
        };
      };
    };
  };
  task_items_id_issues_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["IssueCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Issue"];
        };
      };
    };
  };
  task_items_id_open_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Opened"];
        };
      };
    };
  };
  task_items_id_return_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReturnRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Done"];
        };
      };
    };
  };
  task_items_id_skip_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ActRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Done"];
        };
      };
    };
  };
  task_items_id_undo_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_item_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ActRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Done"];
        };
      };
    };
  };
  tasks_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskDetail"];
        };
      };
    };
  };
  tasks_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  tasks_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedTaskPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskDetail"];
        };
      };
    };
  };
  tasks_id_answer_key_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AnswerKey"];
        };
      };
    };
  };
  tasks_id_answer_key_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AnswerKeyAskRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Answered"];
        };
      };
    };
  };
  tasks_id_filling_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Filling"];
        };
      };
    };
  };
  tasks_id_filling_id_cancel_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        job_id: string;
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Filling"];
        };
      };
    };
  };
  tasks_id_grid_get: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GridPage"];
        };
      };
    };
  };
  tasks_id_grid_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DecideRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Outcomes"];
        };
      };
    };
  };
  tasks_id_grid_undo_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UndoPageRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Outcomes"];
        };
      };
    };
  };
  tasks_id_issues_get: {
    parameters: {
      query?: {
        after?: string;
        category?: string;
        limit?: string;
        state?: string;
      };
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskIssueList"];
        };
      };
    };
  };
  tasks_id_items_get: {
    parameters: {
      query?: {
        after?: string;
        from?: string;
        label?: string;
        limit?: string;
        name?: string;
        person?: string;
        status?: string;
        to?: string;
        tz?: string;
      };
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskItemList"];
        };
      };
    };
  };
  tasks_id_items_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["AddItemsRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Added"];
        };
      };
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Added"];
        };
      };
    };
  };
  tasks_id_items_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  tasks_id_items_put_back_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PutBackRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCount"];
        };
      };
    };
  };
  tasks_id_matches_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["FilterRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Matches"];
        };
      };
    };
  };
  tasks_id_progress_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Progress"];
        };
      };
    };
  };
  tasks_id_queue_hand_back_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["HandBackRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCount"];
        };
      };
    };
  };
  tasks_id_queue_next_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["NextRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Queue"];
        };
      };
    };
  };
  tasks_id_queue_open_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["OpenRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OpenedList"];
        };
      };
    };
  };
  tasks_id_queue_renew_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["RenewRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Renewed"];
        };
      };
    };
  };
  tasks_id_reassign_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReassignRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCount"];
        };
      };
    };
  };
  tasks_id_redistribute_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RedistributeRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ItemCount"];
        };
      };
    };
  };
  tasks_id_restore_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskDetail"];
        };
      };
    };
  };
  tasks_id_review_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        task_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TaskReview"];
        };
      };
    };
  };
  test_set_versions_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        version_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSetVersion"];
        };
      };
    };
  };
  test_set_versions_id_entries_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        version_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSetEntryList"];
        };
      };
    };
  };
  test_sets_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        test_set_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSet"];
        };
      };
    };
  };
  test_sets_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        test_set_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedTestSetPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSet"];
        };
      };
    };
  };
  test_sets_id_versions_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        test_set_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSetVersionList"];
        };
      };
    };
  };
  test_sets_id_versions_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        test_set_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TestSetVersion"];
        };
      };
    };
  };
  tokens_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TokenList"];
        };
      };
    };
  };
  tokens_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TokenCreateRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TokenMade"];
        };
      };
    };
  };
  tokens_id_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No response body */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  trigger_measures_get: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MeasureList"];
        };
      };
    };
  };
  trigger_schedule_post: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ScheduleRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScheduleTimes"];
        };
      };
    };
  };
  triggers_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedTriggerPatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Trigger"];
        };
      };
    };
  };
  triggers_id_count_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["FireRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Count"];
        };
      };
    };
  };
  triggers_id_fire_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["FireRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Firing"];
        };
      };
    };
  };
  triggers_id_firings_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FiringList"];
        };
      };
    };
  };
  triggers_id_secret_post: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        trigger_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Secret"];
        };
      };
    };
  };
  variables_id_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        variable_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Variable"];
        };
      };
    };
  };
  variables_id_patch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        variable_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["PatchedVariablePatchRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Variable"];
        };
      };
    };
  };
  variables_id_changes_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        variable_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VariableChangeList"];
        };
      };
    };
  };
}
