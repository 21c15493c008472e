"""Every write of the datasets app. All arguments by keyword; see README.md for the doors."""

from datasets.services.approval import Approval, approve, withdraw_approval
from datasets.services.clones import clone_items
from datasets.services.datasets import create_dataset, delete_dataset, restore_dataset, update_dataset
from datasets.services.items import patch_item
from datasets.services.labels import ClassLabel, set_class_label, set_class_labels
from datasets.services.ontologies import create_ontology

__all__ = [
    "Approval",
    "ClassLabel",
    "approve",
    "clone_items",
    "create_dataset",
    "create_ontology",
    "delete_dataset",
    "patch_item",
    "restore_dataset",
    "set_class_label",
    "set_class_labels",
    "update_dataset",
    "withdraw_approval",
]
