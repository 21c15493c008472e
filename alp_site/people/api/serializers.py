"""Shapes of people's requests and answers."""

from __future__ import annotations

from rest_framework import serializers

from alp_site.people.models import AccessToken, Membership, Project, Role, User


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "email", "name")
        read_only_fields = fields


class MeSerializer(serializers.ModelSerializer[User]):
    prefs = serializers.DictField(child=serializers.JSONField(allow_null=True))

    class Meta:
        model = User
        fields = ("id", "email", "name", "prefs")
        read_only_fields = fields


class MePatchSerializer(serializers.Serializer[User]):
    name = serializers.CharField(max_length=120, required=False)
    prefs = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project as one person sees it: `role` and `can` are theirs."""

    role = serializers.ChoiceField(choices=Role.choices)
    can = serializers.ListField(child=serializers.CharField())
    settings = serializers.DictField(child=serializers.JSONField(allow_null=True))

    class Meta:
        model = Project
        fields = ("id", "name", "settings", "created_at", "role", "can")
        read_only_fields = fields


class ProjectCreateSerializer(serializers.Serializer[Project]):
    name = serializers.CharField(max_length=120)
    settings = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)


class ProjectPatchSerializer(serializers.Serializer[Project]):
    name = serializers.CharField(max_length=120, required=False)
    settings = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    user = UserSerializer()

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ("id", "user", "role", "created_at")
        read_only_fields: tuple[str, ...] = fields


class MemberAddedSerializer(MemberSerializer):
    invite_url = serializers.CharField(
        allow_null=True, help_text="For a new account: where its person sets a password. Shown once."
    )

    class Meta(MemberSerializer.Meta):
        fields: tuple[str, ...] = (*MemberSerializer.Meta.fields, "invite_url")
        read_only_fields: tuple[str, ...] = fields


class MemberAddSerializer(serializers.Serializer[Membership]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True)


class MemberPatchSerializer(serializers.Serializer[Membership]):
    role = serializers.ChoiceField(choices=Role.choices)


class TokenSerializer(serializers.ModelSerializer[AccessToken]):
    user = UserSerializer()

    class Meta:
        model = AccessToken
        fields: tuple[str, ...] = ("id", "name", "prefix", "user", "project", "created_at", "last_used")
        read_only_fields: tuple[str, ...] = fields


class TokenMadeSerializer(TokenSerializer):
    key = serializers.CharField(help_text="Shown this once; only its hash is kept.")

    class Meta(TokenSerializer.Meta):
        fields: tuple[str, ...] = (*TokenSerializer.Meta.fields, "key")
        read_only_fields: tuple[str, ...] = fields


class TokenCreateSerializer(serializers.Serializer[AccessToken]):
    name = serializers.CharField(max_length=120)
    project = serializers.UUIDField(required=False, allow_null=True)


class ProjectTokenCreateSerializer(serializers.Serializer[AccessToken]):
    name = serializers.CharField(max_length=120)


class QueueHealthSerializer(serializers.Serializer[object]):
    queue = serializers.CharField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    failed_last_day = serializers.IntegerField()
    oldest_queued_at = serializers.DateTimeField(allow_null=True)


class ProcessHealthSerializer(serializers.Serializer[object]):
    name = serializers.CharField()
    role = serializers.CharField()
    queue = serializers.CharField(allow_blank=True)
    started_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    alive = serializers.BooleanField()


class StorageHealthSerializer(serializers.Serializer[object]):
    blobs = serializers.IntegerField()
    blob_bytes = serializers.IntegerField()
    disk_free_bytes = serializers.IntegerField()
    disk_total_bytes = serializers.IntegerField()


class SandboxHealthSerializer(serializers.Serializer[object]):
    state = serializers.ChoiceField(choices=["confined", "unavailable", "unsafe"])
    note = serializers.CharField(allow_blank=True)


class HealthSerializer(serializers.Serializer[object]):
    database = serializers.CharField()
    versions = serializers.DictField(child=serializers.CharField())
    processes = ProcessHealthSerializer(many=True)
    queues = QueueHealthSerializer(many=True)
    storage = StorageHealthSerializer()
    sandbox = SandboxHealthSerializer()
