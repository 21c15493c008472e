"""The account of looks at a test set. Each candidate judged costs one k; the bar rises with k."""

from __future__ import annotations

from uuid import UUID

from alp_site.lib.db import write
from datasets.models import Dataset, TestSetEntry, TestSetVersion
from models_registry.ml.paired import alpha_at
from models_registry.models import ComparisonLedger, LedgerChain

__all__ = ["SHARED", "record_p", "spend"]

SHARED = 0.5  # share of a version's items that must be old for its account to go on


def spend(*, version: TestSetVersion, candidate_id: UUID, incumbent_id: UUID, alpha: float) -> ComparisonLedger:
    """The entry of this pair on this version: there already, or with the next k. Joins an open transaction.

    Safe to repeat and under concurrency: the pair is unique, and k is taken under the account's lock.
    """
    with write():
        found = _entry(version, candidate_id, incumbent_id)
        if found is not None:
            return found
        chain = _chain_of(version)
        found = _entry(version, candidate_id, incumbent_id)  # written while we waited for the lock
        if found is not None:
            return found
        chain.last_k += 1
        chain.save(update_fields=["last_k"])
        return ComparisonLedger.objects.create(
            chain=chain,
            test_set_version=version,
            k=chain.last_k,
            candidate_id=candidate_id,
            incumbent_id=incumbent_id,
            alpha_k=alpha_at(chain.last_k, alpha),
        )


def record_p(*, entry_id: int, p: float | None) -> None:
    """Notes what the look showed. Joins an open transaction; safe to repeat."""
    with write():
        ComparisonLedger.objects.filter(pk=entry_id).update(p=p)


def _entry(version: TestSetVersion, candidate_id: UUID, incumbent_id: UUID) -> ComparisonLedger | None:
    return ComparisonLedger.objects.filter(
        test_set_version=version, candidate_id=candidate_id, incumbent_id=incumbent_id
    ).first()


def _chain_of(version: TestSetVersion) -> LedgerChain:
    """The account, locked: the version's own, or that of one sharing at least half of its items, or a fresh one.

    The dataset's row is locked first, so that two first looks cannot open two accounts.
    """
    dataset_id = version.test_set.dataset_id
    dataset = Dataset.objects.select_for_update().get(pk=dataset_id)
    used = LedgerChain.objects.filter(entries__test_set_version=version).first() or _related_chain(version, dataset_id)
    if used is None:
        return LedgerChain.objects.create(project_id=dataset.project_id, root=version)
    return LedgerChain.objects.select_for_update().get(pk=used.pk)


def _related_chain(version: TestSetVersion, dataset_id: UUID) -> LedgerChain | None:
    """The most spent account among versions of the dataset that hold at least half of this version's items."""
    items = TestSetEntry.objects.filter(version=version).values("item_id")
    best: LedgerChain | None = None
    entries = ComparisonLedger.objects.filter(test_set_version__test_set__dataset=dataset_id)
    pairs = entries.values_list("test_set_version", "chain").distinct()
    for other_id, chain_id in pairs:
        shared = TestSetEntry.objects.filter(version=other_id, item_id__in=items).count()
        if shared < SHARED * version.item_count:
            continue
        chain = LedgerChain.objects.get(pk=chain_id)
        if best is None or chain.last_k > best.last_k:
            best = chain
    return best
