"""Dealing items into subsets: the stored side of ``engine.deal``. Counters are locked, so two workers cannot both give
away the last place of a group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from alp_site.lib.db import now, write
from datasets.models import Item, ItemTag, Subset
from datasets.selectors import class_labels
from pipelines.engine.deal import ALL, Candidate, Dealt, deal, fractions_of, largest_remainder
from pipelines.models import Arm, SplitDeal, SplitQuota
from pipelines.services.bulk import as_uuids
from pipelines.services.work import pick_of

__all__ = ["Arrived", "Split", "quotas", "split_items"]

SUBSETS = frozenset(value for value in Subset.values if value)
TRAIN = "train"
HELD_OUT = (Subset.TEST.value, Subset.VALIDATION.value)


@dataclass(frozen=True)
class Arrived:
    """An item at a split node, in its cycle."""

    item: str
    cycle: str


@dataclass(frozen=True)
class Split:
    """Group of each item; ``fresh`` were dealt now; ``shortfall``: items each group lacks to its share."""

    groups: dict[str, str]
    fresh: dict[str, str]
    shortfall: dict[str, int]


def split_items(
    *,
    pipeline_id: UUID | str,
    node_id: str,
    arrived: Sequence[Arrived],
    percentages: Mapping[str, float],
    seed: int = 0,
) -> Split:
    """Deals each item once and for ever. Joins the open transaction; safe to repeat.

    What lies in one of the groups already (by subset or tag) stays there and is not counted. An item that a strategy
    chose may only become train, unless others of its group key lie elsewhere: it follows them, or the test would leak.
    """
    names = list(percentages)
    with write():
        quota_rows = _lock(pipeline_id, node_id, names)
        items = {str(item.pk): item for item in Item.objects.filter(pk__in={a.item for a in arrived}, deleted_at=None)}
        groups = _settled(pipeline_id, node_id, items, names)
        fresh = [a for a in {a.item: a for a in arrived}.values() if a.item in items and a.item not in groups]
        if not fresh:
            return Split(groups, {}, _shortfall(quota_rows, percentages))
        candidates, arms = _candidates(fresh, items, names)
        datasets = {items[a.item].dataset_id for a in fresh}
        dealt = _deal(pipeline_id, node_id, candidates, datasets, percentages, quota_rows, seed)
        _store(pipeline_id, node_id, candidates, dealt, arms)
    return Split({**groups, **dealt.groups}, dealt.groups, dealt.shortfall)


def quotas(pipeline_id: UUID | str, node_id: str, percentages: Mapping[str, float]) -> dict[str, dict[str, int]]:
    """Per group: items dealt, and how many it lacks to its share."""
    counts = _counts(SplitQuota.objects.filter(pipeline_id=pipeline_id, node_id=node_id)).get(ALL, {})
    lacking = _lacking(counts, percentages)
    return {name: {"dealt": counts.get(name, 0), "shortfall": lacking[name]} for name in percentages}


def _lock(pipeline_id: UUID | str, node_id: str, names: Sequence[str]) -> list[SplitQuota]:
    """The node's counters. The rows of the total exist from here on and are locked first: they are the node's lock."""
    SplitQuota.objects.bulk_create(
        [SplitQuota(pipeline_id=pipeline_id, node_id=node_id, label=ALL, group=name) for name in names],
        ignore_conflicts=True,
    )
    rows = SplitQuota.objects.filter(pipeline_id=pipeline_id, node_id=node_id)
    list(rows.filter(label=ALL).select_for_update().order_by("id"))
    return list(rows.filter(group__in=names))


def _counts(rows: Iterable[SplitQuota]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        counts[row.label][row.group] = row.count
    return counts


def _lacking(counts: Mapping[str, int], percentages: Mapping[str, float]) -> dict[str, int]:
    target = largest_remainder(sum(counts.values()), fractions_of(percentages))
    return {name: max(0, target[name] - counts.get(name, 0)) for name in percentages}


def _shortfall(rows: Sequence[SplitQuota], percentages: Mapping[str, float]) -> dict[str, int]:
    return _lacking(_counts(rows).get(ALL, {}), percentages)


def _settled(pipeline_id: UUID | str, node_id: str, items: Mapping[str, Item], names: Sequence[str]) -> dict[str, str]:
    """Items that have their group: by an earlier deal here, by their subset, by a tag with a group's name."""
    deals = SplitDeal.objects.filter(pipeline_id=pipeline_id, node_id=node_id, item_id__in=list(items))
    groups = {str(item): group for item, group in deals.values_list("item_id", "group") if group in names}
    for key, item in items.items():
        if item.subset in names:
            groups.setdefault(key, item.subset)
    tags = [name for name in names if name not in SUBSETS]
    if tags:
        found = ItemTag.objects.filter(item_id__in=list(items), name__in=tags).order_by("id")
        for item_id, name in found.values_list("item_id", "name"):
            groups.setdefault(str(item_id), name)
    return groups


def _candidates(
    fresh: Sequence[Arrived], items: Mapping[str, Item], names: Sequence[str]
) -> tuple[list[Candidate], dict[str, str]]:
    labels = {str(pk): label for pk, label in class_labels([items[a.item].pk for a in fresh]).items()}
    picks = pick_of(as_uuids(a.cycle for a in fresh))
    arms = {a.item: picks[a.cycle].arm for a in fresh if a.cycle in picks}
    bound = TRAIN if TRAIN in names else None
    return [
        Candidate(
            item=a.item,
            label=labels.get(a.item, "(none)"),
            group_key=items[a.item].group_key,
            bound=bound if arms.get(a.item) == Arm.STRATEGY else None,
        )
        for a in fresh
    ], arms


def _deal(
    pipeline_id: UUID | str,
    node_id: str,
    candidates: Sequence[Candidate],
    datasets: Iterable[UUID],
    percentages: Mapping[str, float],
    rows: Sequence[SplitQuota],
    seed: int,
) -> Dealt:
    known = _known_keys(
        pipeline_id, node_id, {c.group_key for c in candidates if c.group_key}, datasets, list(percentages)
    )
    return deal(candidates, fractions_of(percentages), _counts(rows), seed=seed, known_keys=known)


def _known_keys(
    pipeline_id: UUID | str, node_id: str, keys: Iterable[str], datasets: Iterable[UUID], names: Sequence[str]
) -> dict[str, str]:
    """Group of each key that has one: by an earlier deal here, or by the subset or tag of an item of these datasets.

    A key that lies in several by mistake goes where a model is measured, not where it is trained."""
    wanted = set(keys)
    if not wanted:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    deals = SplitDeal.objects.filter(pipeline_id=pipeline_id, node_id=node_id, group_key__in=wanted, group__in=names)
    for key, group in deals.order_by("id").values_list("group_key", "group"):
        found[key].append(group)
    items = Item.objects.filter(dataset__in=set(datasets), group_key__in=wanted, deleted_at=None)
    for key, subset in (
        items.filter(subset__in=SUBSETS.intersection(names)).values_list("group_key", "subset").distinct()
    ):
        found[key].append(subset)
    tags = ItemTag.objects.filter(item__in=items, name__in=[name for name in names if name not in SUBSETS])
    for key, name in tags.order_by("id").values_list("item__group_key", "name"):
        found[key].append(name)
    return {key: next((name for name in HELD_OUT if name in groups), groups[0]) for key, groups in found.items()}


def _store(
    pipeline_id: UUID | str, node_id: str, candidates: Sequence[Candidate], dealt: Dealt, arms: Mapping[str, str]
) -> None:
    moment = now()
    SplitDeal.objects.bulk_create(
        SplitDeal(
            pipeline_id=pipeline_id, node_id=node_id, item_id=c.item, label=c.label, group=dealt.groups[c.item],
            group_key=c.group_key, arm=arms.get(c.item, ""), at=moment,
        )
        for c in candidates
    )  # fmt: skip
    added: Counter[tuple[str, str]] = Counter()
    for c in candidates:
        added[ALL, dealt.groups[c.item]] += 1
        added[c.label, dealt.groups[c.item]] += 1
    SplitQuota.objects.bulk_create(
        [
            SplitQuota(pipeline_id=pipeline_id, node_id=node_id, label=label, group=group)
            for label, group in sorted(added)
        ],
        ignore_conflicts=True,
    )
    rows = {(row.label, row.group): row for row in SplitQuota.objects.filter(pipeline_id=pipeline_id, node_id=node_id)}
    for key, count in added.items():
        rows[key].count += count
    SplitQuota.objects.bulk_update([rows[key] for key in sorted(added)], ["count"])
