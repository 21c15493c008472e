"""Queries compiled once give what the ORM gives, time after time and in every thread."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from alp_site.lib.prepared import Prepared
from alp_site.people.models import Membership, Project, User

pytestmark = pytest.mark.django_db


def test_prepared_query_gives_the_rows_of_its_query_with_their_relations(project: Project, owner: User) -> None:
    find = Prepared(
        lambda user_id, project_id: Membership.objects.filter(user_id=user_id, project_id=project_id).select_related(
            "user", "project"
        ),
        UUID,
        UUID,
    )
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            (row,) = find(owner.pk, project.pk)
            assert (row.user, row.project) == (owner, project)
        assert len(queries) == 1
    expected = Membership.objects.get(user=owner, project=project)
    assert {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} == {
        f.attname: getattr(expected, f.attname) for f in row._meta.concrete_fields
    }
    assert find(owner.pk, uuid4()) == []
    assert find.first(uuid4(), project.pk) is None
    assert find(str(owner.pk), str(project.pk)) == [expected], "ids may come as text"


def test_prepared_query_gives_a_flat_column_and_takes_texts(owner: User) -> None:
    find = Prepared(lambda email: User.objects.filter(email=email).values_list("pk", flat=True)[:1], str)
    assert find.first(owner.email) == owner.pk
    assert find.first("x' OR '1'='1") is None


def test_prepared_query_that_cannot_be_is_refused_when_it_is_first_asked() -> None:
    lost = Prepared(lambda email: User.objects.filter(email=email.upper()), str)
    counted = Prepared(lambda pk: Project.objects.filter(pk=pk).annotate(n=Count("memberships")), UUID)
    pairs = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("pk", "email"), UUID)
    for query in (lost, counted, pairs):
        with pytest.raises(ValueError, match=r"the query does not hold|only model instances"):
            query(uuid4())


@pytest.mark.django_db(transaction=True)
def test_prepared_query_serves_another_thread_by_its_own_connection(owner: User) -> None:
    find = Prepared(lambda pk: User.objects.filter(pk=pk), UUID)
    find(owner.pk)
    found: list[User] = []

    def ask() -> None:
        found.extend(find(owner.pk))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [owner]
