"""Who may see and change datasets, items and what hangs on them. An annotator sees the items given to them only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from alp_site.lib.errors import Forbidden, NotFound
from alp_site.lib.prepared import Prepared
from alp_site.lib.registry import Registry
from alp_site.people.models import User
from alp_site.people.permissions import Person, Policy, allowed, project_ids
from datasets.models import (
    Annotation,
    Attribute,
    Dataset,
    Export,
    Import,
    Item,
    ItemRef,
    Label,
    Ontology,
    TestSet,
    TestSetVersion,
)

__all__ = [
    "EDIT_SCOPES",
    "OWN_ITEMS",
    "AnnotationPolicy",
    "AttributePolicy",
    "DatasetPolicy",
    "EditScope",
    "ExportPolicy",
    "ImportPolicy",
    "ItemPolicy",
    "LabelPolicy",
    "OntologyPolicy",
    "TestSetPolicy",
    "TestSetVersionPolicy",
    "can_annotate",
    "edit_scopes",
    "items_own",
    "items_visible",
]


OWN_ITEMS: Registry[Callable[[Person], Q]] = Registry("rule of own items")
"""Filled by higher apps: what else makes an item one's own to look at. A rule is a condition on `Item` rows."""


@dataclass(frozen=True)
class EditScope:
    """What one piece of work lets a person draw: types, and label names (None: any)."""

    types: frozenset[str]
    labels: frozenset[str] | None

    def allows(self, kind: str, label: str) -> bool:
        return kind in self.types and (self.labels is None or label in self.labels)


EDIT_SCOPES: Registry[Callable[[Person, Item], list[EditScope]]] = Registry("rule of what may be drawn")
"""Filled by higher apps: the scopes of the work a person was given on an item; none where a rule knows of no work."""


def items_own(user: Person) -> Q:
    """Items that carry a task or an assignment of this person, or are theirs to look at by a rule of a higher app."""
    own = Q(Exists(ItemRef.objects.filter(item_id=OuterRef("pk"), person_id=user.pk)))
    for _name, rule in OWN_ITEMS.items():  # noqa: PERF102  a registry, not a dict
        own |= rule(user)
    return own


def items_visible(user: Person, rows: QuerySet[Item]) -> QuerySet[Item]:
    """The part of `rows` this person may see."""
    everything = Q(dataset__project__in=project_ids(user, "item.see"))
    own = Q(dataset__project__in=project_ids(user, "item.see_own")) & items_own(user)
    return rows.filter(everything | own)


def items_in_project(user: Person, rows: QuerySet[Item], project_id: Any) -> QuerySet[Item]:
    """As `items_visible` where all rows lie in one project: one look at the role instead of a subquery a row."""
    if allowed(user, "item.see", project_id):
        return rows
    return rows.filter(items_own(user)) if allowed(user, "item.see_own", project_id) else rows.none()


def can_annotate(user: Person, item: Item) -> bool:
    """May this person write annotations on the item: anywhere by role, or because it was given to them."""
    project_id = item.dataset.project_id
    if allowed(user, "annotation.edit_any", project_id):
        return True
    if not allowed(user, "annotation.edit_own", project_id):
        return False
    return ItemRef.objects.filter(item_id=item.pk, person_id=user.pk).exists()


def edit_scopes(user: Person, item: Item) -> list[EditScope] | None:
    """What the person may draw on an item they may annotate; any one scope is enough. None: everything, by role, or
    because no higher app narrows what they were given."""
    if allowed(user, "annotation.edit_any", item.dataset.project_id):
        return None
    found = [scope for _name, rule in EDIT_SCOPES.items() for scope in rule(user, item)]
    return found or None


class OntologyPolicy(Policy[Ontology]):
    model = Ontology

    def visible_to(self, user: Person) -> QuerySet[Ontology]:
        return super().visible_to(user).filter(deleted_at=None)


class LabelPolicy(Policy[Label]):
    model = Label
    project_path = "ontology__project"

    def visible_to(self, user: Person) -> QuerySet[Label]:
        return super().visible_to(user).filter(ontology__deleted_at=None).select_related("ontology")


class AttributePolicy(Policy[Attribute]):
    model = Attribute
    project_path = "ontology__project"

    def visible_to(self, user: Person) -> QuerySet[Attribute]:
        return super().visible_to(user).filter(ontology__deleted_at=None).select_related("ontology")


class DatasetPolicy(Policy[Dataset]):
    model = Dataset

    def visible_to(self, user: Person) -> QuerySet[Dataset]:
        return super().visible_to(user).filter(deleted_at=None).select_related("project")

    def in_trash(self, user: Person) -> QuerySet[Dataset]:
        """Deleted datasets, for those who may bring them back."""
        mine = Q(project__in=project_ids(user, "dataset.edit"))
        return Dataset.objects.filter(mine, deleted_at__isnull=False).select_related("project")

    def visible_or_trashed(self, user: Person, pk: Any) -> Dataset:
        """The dataset, live or in the trash, of a project of this person; raises NotFound."""
        found = super().visible_to(user).select_related("project").filter(pk=pk).first()
        if found is None:
            raise NotFound("Not found.")
        return found


class ItemPolicy(Policy[Item]):
    model = Item
    project_path = "dataset__project"

    def visible_to(self, user: Person) -> QuerySet[Item]:
        live = Item.objects.filter(deleted_at=None, dataset__deleted_at=None)
        return items_visible(user, live).select_related("dataset", "creator")

    def visible_or_trashed(self, user: Person, pk: Any) -> Item:
        """The item, live or in the trash, if this person may see it; raises NotFound."""
        rows = items_visible(user, Item.objects.filter(dataset__deleted_at=None))
        found = rows.select_related("dataset", "creator").filter(pk=pk).first()
        if found is None:
            raise NotFound("Not found.")
        return found

    def visible_one(self, user: Person, pk: Any) -> Item:
        """One live item if this person may see it; raises NotFound. Its project's role decides first: far cheaper than
        the condition of `visible_to`, which has to hold for rows of any project."""
        found = _live_item.first(pk)
        if found is not None:
            project_id = found.dataset.project_id
            live = Item.objects.filter(pk=pk)
            if allowed(user, "item.see", project_id) or items_in_project(user, live.order_by(), project_id).exists():
                return found
        raise NotFound("Not found.")

    def require_annotate(self, user: User, item: Item) -> None:
        """Raises Forbidden unless `can_annotate`."""
        if not can_annotate(user, item):
            raise Forbidden("Your role does not allow you to annotate this item.", action="annotation.edit_any")


_live_item = Prepared(
    lambda pk: Item.objects.filter(pk=pk, deleted_at=None, dataset__deleted_at=None).select_related(
        "dataset", "creator"
    ),
    UUID,
)


class AnnotationPolicy(Policy[Annotation]):
    model = Annotation
    project_path = "item__dataset__project"

    def visible_to(self, user: Person) -> QuerySet[Annotation]:
        items = ItemPolicy().visible_to(user).order_by()
        rows: QuerySet[Annotation] = Annotation.objects.filter(item__in=items.values("pk"))
        return rows.select_related("item__dataset")


class ImportPolicy(Policy[Import]):
    model = Import
    project_path = "dataset__project"
    see = "dataset.edit"

    def visible_to(self, user: Person) -> QuerySet[Import]:
        return super().visible_to(user).filter(dataset__deleted_at=None).select_related("dataset")


class ExportPolicy(Policy[Export]):
    model = Export
    project_path = "dataset__project"
    see = "item.export"

    def visible_to(self, user: Person) -> QuerySet[Export]:
        return super().visible_to(user).filter(dataset__deleted_at=None).select_related("dataset", "creator")


class TestSetPolicy(Policy[TestSet]):
    __test__ = False
    model = TestSet
    project_path = "dataset__project"
    see = "item.see"

    def visible_to(self, user: Person) -> QuerySet[TestSet]:
        return super().visible_to(user).filter(dataset__deleted_at=None).select_related("dataset")


class TestSetVersionPolicy(Policy[TestSetVersion]):
    __test__ = False
    model = TestSetVersion
    project_path = "test_set__dataset__project"
    see = "item.see"

    def visible_to(self, user: Person) -> QuerySet[TestSetVersion]:
        live = super().visible_to(user).filter(test_set__dataset__deleted_at=None)
        return live.select_related("test_set__dataset")
