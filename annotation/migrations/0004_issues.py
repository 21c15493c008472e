"""Issues get a number, a category, a place and a thread of comments; what an issue said becomes its first comment."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import alp_site.lib.ids

ID = models.UUIDField(default=alp_site.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)


def person(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


def of_issue(related_name: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="annotation.issue"
    )


def number_and_keep_words(apps: Any, schema_editor: Any) -> None:
    issue_model, comment_model = apps.get_model("annotation", "Issue"), apps.get_model("annotation", "IssueComment")
    rows = issue_model.objects.order_by("item_id", "id")
    for _item, issues in groupby(rows.iterator(), key=lambda issue: issue.item_id):
        for number, issue in enumerate(issues, 1):
            issue_model.objects.filter(pk=issue.pk).update(number=number)
            comment_model.objects.create(
                issue_id=issue.pk, author_id=issue.author_id, body=issue.body, at=issue.created_at
            )


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0003_suggestion_outcomes"),
        ("datasets", "0004_label_skeleton"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="category",
            field=models.CharField(
                choices=[
                    ("wrong_label", "Wrong label"),
                    ("missing", "Something is missing"),
                    ("extra", "Should not be there"),
                    ("loose_geometry", "Outline is not exact"),
                    ("wrong_attribute", "Wrong attribute"),
                    ("other", "Something else"),
                ],
                default="other",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="number",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(model_name="issue", name="place", field=models.JSONField(blank=True, null=True)),
        migrations.AlterField(model_name="issue", name="created_at", field=models.DateTimeField()),
        migrations.CreateModel(
            name="IssueComment",
            fields=[
                ("id", ID.clone()),
                ("body", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("author", person()),
                ("issue", of_issue("comments")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="IssueLog",
            fields=[
                ("id", ID.clone()),
                ("action", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                ("op_id", models.UUIDField(blank=True, null=True, unique=True)),
                ("issue", of_issue("log")),
                ("person", person(blank=True)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="IssueMention",
            fields=[
                ("id", ID.clone()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="annotation.issuecomment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.project"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="issuemention",
            index=models.Index(fields=["person", "project", "id"], name="mention_of_person"),
        ),
        migrations.AddConstraint(
            model_name="issuemention",
            constraint=models.UniqueConstraint(fields=("comment", "person"), name="mentioned_once_a_comment"),
        ),
        migrations.RunPython(number_and_keep_words, migrations.RunPython.noop),
        migrations.RemoveField(model_name="issue", name="body"),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.UniqueConstraint(fields=("item", "number"), name="issue_number_in_item"),
        ),
    ]
