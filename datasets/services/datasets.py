"""Making, changing, deleting and restoring datasets."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.people.models import Project, User
from datasets.errors import NameTaken
from datasets.models import Dataset, Ontology
from datasets.services._common import clean_name, now_ms
from datasets.services.ontologies import create_ontology

__all__ = ["create_dataset", "delete_dataset", "restore_dataset", "update_dataset"]


def create_dataset(
    *,
    project: Project,
    name: str,
    user: User | None,
    description: str = "",
    ontology: Ontology | None = None,
    labels: Iterable[str] = (),
) -> Dataset:
    """A new, empty dataset. Raises NameTaken when a live dataset of the project has the name, whatever its case.

    `labels` makes an ontology of them, named after the dataset, unless one is given."""
    _same_project(project.pk, ontology)
    row = Dataset(project=project, name=clean_name(name), description=description, ontology=ontology, created_by=user)
    with write():
        names = list(labels)
        if names and ontology is None:
            row.ontology = create_ontology(project=project, name=_free_name(project, row.name), labels=names)
        _save(row, insert=True)
    return row


def update_dataset(
    *, dataset: Dataset, name: str | None = None, description: str | None = None, ontology: Any = ...
) -> Dataset:
    """Changes what is given; `ontology=None` takes the ontology away. Raises NameTaken."""
    if name is not None:
        dataset.name = clean_name(name)
    if description is not None:
        dataset.description = description
    if ontology is not ...:
        _same_project(dataset.project_id, ontology)
        dataset.ontology = ontology
    with write():
        _save(dataset)
    return dataset


def delete_dataset(*, dataset: Dataset) -> None:
    """Puts the dataset in the trash, where it stays 30 days with all it holds. Safe to repeat."""
    with write():
        if Dataset.objects.filter(pk=dataset.pk, deleted_at=None).update(deleted_at=now_ms()):
            _tell(dataset, "deleted")


def restore_dataset(*, dataset: Dataset) -> Dataset:
    """Takes the dataset out of the trash. Raises NameTaken when the name was given to another one meanwhile."""
    dataset.deleted_at = None
    with write():
        _save(dataset)
    return dataset


def _free_name(project: Project, name: str) -> str:
    taken = {
        n.lower() for n in Ontology.objects.filter(project=project, deleted_at=None).values_list("name", flat=True)
    }
    return next(n for n in [name, *(f"{name} {k}" for k in range(2, 10_000))] if n.lower() not in taken)


def _same_project(project_id: uuid.UUID, ontology: Ontology | None) -> None:
    if ontology is not None and ontology.project_id != project_id:
        raise Invalid("The ontology belongs to another project.", field="ontology")


def _save(row: Dataset, *, insert: bool = False) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=insert)
    except IntegrityError:
        raise NameTaken(f"There is a dataset called {row.name!r} already.", field="name", name=row.name) from None
    _tell(row, "created" if insert else "updated")


def _tell(row: Dataset, change: str) -> None:
    events.publish("dataset.updated", project_id=row.project_id, ids=[row.pk], data={"changes": [change]})
