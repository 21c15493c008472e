"""Taking an approval back: the stamps are as they were before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from alp_site.lib.ids import uuid7
from alp_site.lib.models import Event
from alp_site.people.models import User
from datasets.models import Annotation, ApprovalMark, Item
from datasets.services import approve, set_class_label, withdraw_approval

pytestmark = pytest.mark.django_db
Fill = Callable[..., list[Item]]


def say(item: Item, label: str | None, user: User) -> None:
    set_class_label(item_id=item.pk, label=label, author_user=user)


def approved(item: Item, user: User | None = None, rule: str = "") -> UUID:
    """Approves by an act of its own; returns the act."""
    act = uuid7()
    approve(item_ids=[item.pk], approver=user, rule=rule, refs={item.pk: act})
    return act


def stamps(item: Item) -> dict[str, Any]:
    """Everything an approval writes."""
    item.refresh_from_db()
    columns = ("approved_revision", "approved_by_id", "approved_rule", "approved_at")
    rows = Annotation.objects.filter(item=item).order_by("pk").values_list("pk", *columns)
    return {"item": (item.approved_version, item.approved_at), "labels": list(rows)}


def test_withdraw_when_it_was_the_first_leaves_no_stamp(fill: Fill, reviewer: User) -> None:
    item, other = fill(2)
    say(item, "owl", reviewer)
    say(other, "owl", reviewer)
    before = stamps(item)
    act = approved(item, reviewer)
    approved(other, reviewer)
    assert stamps(item) != before
    assert withdraw_approval(item_id=item.pk, ref=act)
    assert stamps(item) == before
    assert Annotation.objects.get(item=other).approved_revision == 1
    assert Event.objects.filter(type="item.updated", ids=[str(item.pk)]).count() == 1


def test_withdraw_when_something_was_approved_before_restores_it(fill: Fill, reviewer: User, engineer: User) -> None:
    item = fill(1)[0]
    say(item, "owl", reviewer)
    approve(item_ids=[item.pk], rule="import")
    before = stamps(item)
    say(item, "wren", engineer)
    act = approved(item, reviewer)
    assert stamps(item)["item"][0] == 2
    assert withdraw_approval(item_id=item.pk, ref=act)
    assert stamps(item) == before
    assert item.content_version == 2  # the content stays: it is "changed since approval" again


def test_withdraw_when_the_label_is_taken_off_meanwhile_clears_the_deleted_row_too(fill: Fill, reviewer: User) -> None:
    item = fill(1)[0]
    say(item, "owl", reviewer)
    act = approved(item, reviewer)
    say(item, None, reviewer)
    assert withdraw_approval(item_id=item.pk, ref=act)
    row = Annotation.objects.get(item=item)
    assert (row.approved_revision, row.approved_at, row.deleted_at is None) == (None, None, False)


def test_withdraw_twice_or_of_an_unknown_act_changes_nothing(fill: Fill, reviewer: User) -> None:
    item = fill(1)[0]
    say(item, "owl", reviewer)
    act = approved(item, reviewer)
    assert not withdraw_approval(item_id=item.pk, ref=uuid7())
    assert withdraw_approval(item_id=item.pk, ref=act)
    again = approved(item, reviewer)
    assert not withdraw_approval(item_id=item.pk, ref=act)
    assert stamps(item)["item"][0] == 1
    assert withdraw_approval(item_id=item.pk, ref=again)


@pytest.mark.parametrize("first_goes_first", [True, False])
def test_withdraw_of_one_of_two_approvals_of_one_state_leaves_the_others(
    fill: Fill, reviewer: User, engineer: User, first_goes_first: bool
) -> None:
    item = fill(1)[0]
    say(item, "owl", reviewer)
    before = stamps(item)
    acts = [(approved(item, reviewer), reviewer), (approved(item, engineer), engineer)]
    if not first_goes_first:
        acts.reverse()
    assert not withdraw_approval(item_id=item.pk, ref=acts[0][0])
    assert item.pk in Item.objects.filter(approved_version=1).values_list("pk", flat=True)
    assert Annotation.objects.get(item=item).approved_by == acts[1][1]
    assert withdraw_approval(item_id=item.pk, ref=acts[1][0])
    assert stamps(item) == before


def test_withdraw_of_a_confirmation_leaves_what_a_rule_approved(fill: Fill, reviewer: User) -> None:
    item = fill(1)[0]
    say(item, "owl", reviewer)
    approve(item_ids=[item.pk], rule="import")
    before = stamps(item)
    withdraw_approval(item_id=item.pk, ref=approved(item, reviewer))
    assert stamps(item) == before


def test_withdraw_of_an_earlier_approval_leaves_the_later_one_and_is_not_brought_back(
    fill: Fill, reviewer: User, engineer: User
) -> None:
    item = fill(1)[0]
    say(item, "owl", reviewer)
    before = stamps(item)
    early = approved(item, reviewer)
    say(item, "wren", engineer)
    late = approved(item, engineer)
    assert not withdraw_approval(item_id=item.pk, ref=early)
    assert stamps(item)["item"][0] == 2
    assert withdraw_approval(item_id=item.pk, ref=late)
    assert stamps(item)["item"] == before["item"]
    assert Annotation.objects.get(item=item).approved_revision is None
    assert not ApprovalMark.objects.exists()
