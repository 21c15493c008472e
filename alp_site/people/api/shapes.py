"""The list envelope and the reading of bodies, alike in every route of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request


def parsed(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body, checked. Raises DRF's ValidationError, which the handler turns into code "invalid"."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def listed(items: Iterable[Any]) -> dict[str, Any]:
    """The list envelope of a list short enough to come whole."""
    return {"items": list(items), "next": None}


def listing(name: str, item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of `listed`."""
    fields: dict[str, Any] = {"items": item(many=True), "next": serializers.CharField(allow_null=True)}
    return inline_serializer(name=name, fields=fields)
