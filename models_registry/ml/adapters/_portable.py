"""A trained net as other programs can run it: one tensor in, named tensors out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alp_site.lib.errors import Conflict

if TYPE_CHECKING:
    from torch import nn

__all__ = ["NotPortable", "Portable"]


class NotPortable(Conflict):
    """This architecture cannot be written down as one graph of tensors."""

    code = "not_portable"


@dataclass(frozen=True)
class Portable:
    """net: in eval mode on the CPU, takes (N, 3, S, S) float32 as the adapter prepares pictures. outputs: what each
    tensor it gives is called and means, in order. squashed: whether a picture is scaled to the square whatever its
    proportions; otherwise it is scaled to fit and laid into the left top of a grey square. reads_as: the adapter that
    reads the ONNX file and its configuration, where there is one."""

    net: nn.Module
    outputs: Mapping[str, str]
    squashed: bool = False
    reads_as: tuple[str, Mapping[str, Any]] | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)
