"""Changing items: metadata, tags, subsets, hiding, moving, trash. One by one and in bulk over a filter."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from alp_site.lib import events, storage
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.errors import Conflict, Invalid, NotFound
from alp_site.people.models import User
from datasets.errors import FileRefused, NameTaken
from datasets.models import Dataset, Item, ItemTag, ItemType, Subset, TestSetEntry
from datasets.services import paths
from datasets.services._common import chunked, clean_json, clean_name, now_ms

__all__ = [
    "BULK_ACTIONS",
    "TRASH_KEPT",
    "add_tag",
    "bulk",
    "check_bulk",
    "delete_items",
    "move_items",
    "patch_item",
    "patch_metadata",
    "purge_trash",
    "remove_tag",
    "restore_items",
    "set_group_key",
    "set_hidden",
    "set_subset",
]

TRASH_KEPT = timedelta(days=30)
_SYSTEM_READ_ONLY = frozenset(
    {"mimetype", "size", "width", "height", "refs", "annotationStatus", "taskStatusLog", "isBinary", "channels"}
)


def patch_metadata(*, item: Item, diff: Mapping[str, Any], system: bool = False) -> Item:
    """Merges a diff into the item's metadata; null deletes a key, objects merge, anything else replaces.

    `metadata.system` needs `system=True`; there `tags` sets subset and tags, and what is measured from the bytes or
    written by tasks is refused by name. Raises Invalid, NotFound."""
    clean_json(dict(diff))
    inside = diff.get("system")
    if inside is not None and not system:
        raise Invalid("metadata.system is written with system=true only.", field="metadata.system")
    if inside is not None and not isinstance(inside, Mapping):
        raise Invalid("metadata.system is an object.", field="metadata.system")
    with write():
        rows = Item.objects.select_related("dataset")
        locked = rows if is_sqlite() else rows.select_for_update(of=("self",))
        row = locked.filter(pk=item.pk, deleted_at=None).first()
        if row is None:
            raise NotFound("The item was deleted.", item=str(item.pk))
        changes = dict(diff)
        if inside is not None:
            rest = dict(inside)
            tags = rest.pop("tags", None)
            for key in rest:
                if key in _SYSTEM_READ_ONLY:
                    raise Invalid(f"metadata.system.{key} cannot be written.", field=f"metadata.system.{key}")
            if tags is not None:
                _patch_tags(row, tags)
            changes["system"] = rest
        row.metadata = clean_json(_merged(row.metadata, changes))
        row.updated_at = now_ms()
        row.save(update_fields=["metadata", "subset", "updated_at"])
        _tell("item.updated", [row])
    return row


def patch_item(
    *,
    item: Item,
    metadata: Mapping[str, Any] | None = None,
    system: bool = False,
    hidden: bool | None = None,
    subset: str | None = None,
    directory: str | None = None,
    group_key: str | None = None,
) -> None:
    """Changes what is given, all or nothing. Raises as the single changes do."""
    with write():
        if metadata is not None:
            patch_metadata(item=item, diff=metadata, system=system)
        if hidden is not None:
            set_hidden(items=[item.pk], hidden=hidden)
        if subset is not None:
            set_subset(items=[item.pk], subset=subset)
        if directory is not None:
            move_items(items=[item.pk], directory=directory)
        if group_key is not None:
            set_group_key(items=[item.pk], group_key=group_key)


def _merged(old: Any, diff: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old) if isinstance(old, Mapping) else {}
    for key, value in diff.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            inner = _merged(merged.get(key), value)
            merged[key] = inner
        else:
            merged[key] = value
    return merged


def _patch_tags(item: Item, tags: Any) -> None:
    """`{"train": true, "test": null}`: subsets exclude each other, other tags stand side by side."""
    if not isinstance(tags, Mapping) or any(value not in (True, None) for value in tags.values()):
        raise Invalid("A tag is true, or null to take it off.", field="metadata.system.tags")
    subsets = [name for name, value in tags.items() if name in Subset.values and value is True]
    if len(subsets) > 1:
        raise Invalid("An item is in one subset at most.", field="metadata.system.tags", given=subsets)
    if subsets:
        item.subset = subsets[0]
    elif tags.get(item.subset, True) is None:
        item.subset = Subset.NONE
    for name, value in tags.items():
        if name in Subset.values:
            continue
        if value:
            ItemTag.objects.get_or_create(item=item, name=tag_name(name))
        else:
            ItemTag.objects.filter(item=item, name=name).delete()


def tag_name(name: Any) -> str:
    """A tag's name: no stars, dots or quotes, so that filters can say it. Raises Invalid."""
    text = clean_name(name, "tag", 100)
    if any(c in text for c in '*.$"\\') or text in Subset.values:
        raise Invalid("A tag's name has no star, dot, dollar, quote or backslash and is not a subset.", field="tag")
    return text


# ---- in bulk: each takes items as ids or a queryset, works in short transactions, converges when repeated

Items = Iterable[uuid.UUID] | QuerySet[Any]


def set_subset(*, items: Items, subset: str) -> int:
    """Puts items into a subset ("" for none). Returns how many changed."""
    if subset not in Subset.values:
        raise Invalid(f"Unknown subset {subset!r}.", field="subset", known=list(Subset.values))
    return _set_column(items, "subset", subset)


def set_hidden(*, items: Items, hidden: bool) -> int:
    return _set_column(items, "hidden", bool(hidden))


def set_group_key(*, items: Items, group_key: str) -> int:
    """Items of one group (a scene, a video) go into the same subset."""
    return _set_column(items, "group_key", str(group_key)[:200])


def _set_column(items: Items, column: str, value: Any) -> int:
    changed = 0
    for ids in _id_chunks(items):
        with write():
            rows = Item.objects.filter(pk__in=ids, type=ItemType.FILE, deleted_at=None).exclude(**{column: value})
            found = _with_place(rows)
            Item.objects.filter(pk__in=[row.pk for row in found]).update(**{column: value, "updated_at": now_ms()})
            _tell("item.updated", found)
            changed += len(found)
    return changed


def add_tag(*, items: Items, tag: str) -> int:
    """Returns how many items did not have it."""
    name, changed = tag_name(tag), 0
    for ids in _id_chunks(items):
        with write():
            have = ItemTag.objects.filter(item_id__in=ids, name=name).values("item_id")
            found = _with_place(
                Item.objects.filter(pk__in=ids, type=ItemType.FILE, deleted_at=None).exclude(pk__in=have)
            )
            ItemTag.objects.bulk_create([ItemTag(item=row, name=name) for row in found], ignore_conflicts=True)
            _touch(found)
            changed += len(found)
    return changed


def remove_tag(*, items: Items, tag: str) -> int:
    """Returns how many items had it."""
    changed = 0
    for ids in _id_chunks(items):
        with write():
            have = ItemTag.objects.filter(item_id__in=ids, name=tag)
            found = _with_place(Item.objects.filter(pk__in=have.values("item_id"), deleted_at=None))
            have.delete()
            _touch(found)
            changed += len(found)
    return changed


def delete_items(*, items: Items, user: User | None) -> int:
    """Puts items in the trash for 30 days. Returns how many were live."""
    changed = 0
    for ids in _id_chunks(items):
        with write():
            found = _with_place(Item.objects.filter(pk__in=ids, deleted_at=None))
            now = now_ms()
            Item.objects.filter(pk__in=[row.pk for row in found]).update(
                deleted_at=now, deleted_by=user, updated_at=now
            )
            _tell("item.deleted", found)
            changed += len(found)
    return changed


def restore_items(*, items: Items) -> int:
    """Takes items out of the trash. Raises NameTaken, naming the file, when another item has the name by now."""
    changed = 0
    for ids in _id_chunks(items):
        with write():
            found = _with_place(Item.objects.filter(pk__in=ids, deleted_at__isnull=False))
            try:
                with transaction.atomic():
                    Item.objects.filter(pk__in=[row.pk for row in found]).update(
                        deleted_at=None, deleted_by=None, updated_at=now_ms()
                    )
            except IntegrityError:
                raise NameTaken("Another item has the name of one of these by now.", field="filename") from None
            _tell("item.updated", found)
            changed += len(found)
    return changed


def move_items(*, items: Items, directory: str) -> int:
    """Moves files into a folder, made when missing. Raises NameTaken naming the file in the way, Invalid."""
    try:
        target = paths.directory(directory)
    except FileRefused as error:
        raise Invalid(error.message, field="dir") from None
    changed = 0
    for ids in _id_chunks(items):
        with write():
            rows = list(
                Item.objects.filter(pk__in=ids, type=ItemType.FILE, deleted_at=None)
                .exclude(dir=target)
                .select_related("dataset")
            )
            _move(rows, target)
            changed += len(rows)
    return changed


def _move(rows: list[Item], target: str) -> None:
    now = now_ms()
    for dataset in {row.dataset for row in rows}:
        make_folders(dataset=dataset, folders=[*paths.folders_of(f"{target}/x"), target])
    for row in rows:
        row.filename, row.dir, row.updated_at = paths.join(target, row.name), target, now
        row.hidden = row.hidden or paths.is_hidden(row.filename)
    taken = Item.objects.filter(
        dataset__in={row.dataset_id for row in rows}, filename__in=[row.filename for row in rows], deleted_at=None
    ).first()
    names = [(row.dataset_id, row.filename) for row in rows]
    if taken is not None or len(set(names)) != len(names):
        which = taken.filename if taken else "one of these names"
        raise NameTaken(f"{which} exists already in that folder.", field="filename", filename=which)
    Item.objects.bulk_update(rows, ["filename", "dir", "hidden", "updated_at"])
    _tell("item.updated", rows)


def make_folders(*, dataset: Dataset, folders: Iterable[str]) -> None:
    """Rows for folders that lack one. Joins the open transaction."""
    wanted = {folder for folder in folders if folder != "/"}
    have = set(
        Item.objects.filter(dataset=dataset, filename__in=wanted, deleted_at=None).values_list("filename", flat=True)
    )
    now, rows = now_ms(), []
    for folder in sorted(wanted - have):
        above, name = paths.split(folder)
        rows.append(
            Item(
                dataset=dataset, filename=folder, name=name, dir=above, type=ItemType.DIR,
                hidden=paths.is_hidden(folder), created_at=now, updated_at=now,
            )
        )  # fmt: skip
    Item.objects.bulk_create(rows)


# ---- one door for "this action over what the filter finds"

BULK_ACTIONS = {
    "subset": lambda items, user, value: set_subset(items=items, subset=value),
    "add_tag": lambda items, user, value: add_tag(items=items, tag=value),
    "remove_tag": lambda items, user, value: remove_tag(items=items, tag=value),
    "hide": lambda items, user, value: set_hidden(items=items, hidden=value),
    "move": lambda items, user, value: move_items(items=items, directory=value),
    "delete": lambda items, user, value: delete_items(items=items, user=user),
    "restore": lambda items, user, value: restore_items(items=items),
}


def check_bulk(action: str, value: Any) -> None:
    """Raises Invalid for an action that is none or a value it cannot take."""
    if action not in BULK_ACTIONS:
        raise Invalid(f"Unknown action {action!r}.", field="action", known=sorted(BULK_ACTIONS))
    if action in ("add_tag", "remove_tag", "move", "subset") and not isinstance(value, str):
        raise Invalid(f"{action} needs a text as value.", field="value")
    if action == "hide" and not isinstance(value, bool):
        raise Invalid("hide needs true or false as value.", field="value")
    if action == "add_tag":
        tag_name(value)
    if action == "subset" and value not in Subset.values:
        raise Invalid(f"Unknown subset {value!r}.", field="value", known=list(Subset.values))


def bulk(*, action: str, items: Items, user: User | None, value: Any = None) -> int:
    """Runs one of BULK_ACTIONS; returns how many items changed."""
    check_bulk(action, value)
    return BULK_ACTIONS[action](items, user, value)


def purge_trash(kept: timedelta = TRASH_KEPT, limit: int = 100) -> int:
    """Deletes for good what has been in the trash too long, but what a frozen test set holds. Returns how many."""
    gone = 0
    frozen = TestSetEntry.objects.values("item_id")
    old = Item.objects.filter(deleted_at__lt=now_ms() - kept).exclude(pk__in=frozen)
    while rows := list(old[:limit]):
        with write():
            storage.release([row.blob_id for row in rows if row.blob_id])
            Item.objects.filter(pk__in=[row.pk for row in rows]).delete()
        gone += len(rows)
    return gone


def _id_chunks(items: Items) -> Iterable[list[uuid.UUID]]:
    """Ids in chunks; of a filter they are read once, before the first change moves the ground under it."""
    if isinstance(items, QuerySet):
        items = list(items.order_by("pk").values_list("pk", flat=True))
    elif not isinstance(items, (list, tuple, set)):
        items = list(items)
    if any(isinstance(item, Model) for item in items):
        raise Conflict("Give ids or a queryset.")
    return chunked(items)


def _with_place(rows: QuerySet[Item]) -> list[Item]:
    return list(rows.select_related("dataset").only("pk", "dataset__project_id"))


def _touch(rows: list[Item]) -> None:
    Item.objects.filter(pk__in=[row.pk for row in rows]).update(updated_at=now_ms())
    _tell("item.updated", rows)


def _tell(kind: str, rows: Iterable[Item]) -> None:
    groups: dict[tuple[uuid.UUID, uuid.UUID], list[uuid.UUID]] = defaultdict(list)
    for row in rows:
        groups[row.dataset.project_id, row.dataset_id].append(row.pk)
    for (project_id, dataset_id), ids in groups.items():
        events.publish(kind, project_id=project_id, ids=ids, data={"dataset": str(dataset_id)})
