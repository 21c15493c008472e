"""What the views share: who may, which dataset, which items are meant."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from alp_site.lib.web import visible_or_404
from alp_site.people.models import User
from alp_site.people.permissions import require
from datasets import query, selectors
from datasets.models import Dataset, Item
from datasets.permissions import DatasetPolicy, ItemPolicy

__all__ = ["chosen_items", "dataset_for", "item_for", "person", "require"]


def dataset_for(request: Request, dataset_id: uuid.UUID, action: str = "") -> Dataset:
    """The dataset if the caller may know of it (else 404) and may do the action (else 403)."""
    dataset: Dataset = visible_or_404(DatasetPolicy(), request.user, dataset_id)
    if action:
        require(request.user, action, dataset.project_id)
    return dataset


def person(request: Request) -> User:
    """Who is asking; the permission classes let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def item_for(request: Request, item_id: uuid.UUID, action: str = "") -> Item:
    item = ItemPolicy().visible_one(request.user, item_id)
    if action:
        require(request.user, action, item.dataset.project_id)
    return item


def chosen_items(dataset: Dataset, data: dict[str, Any]) -> QuerySet[Item]:
    """The live items of the dataset that a body means by `ids` or `filter`."""
    if "ids" in data:
        return selectors.items_of(dataset).filter(pk__in=data["ids"])
    return query.compile(data["filter"]).queryset(selectors.items_of(dataset))
