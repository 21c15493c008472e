"""Machine learning: adapters, nets, training, metrics, acquisition, comparison. Numpy and torch; never Django.

``load_all()`` fills the registries; the app's start-up and the tests call it. Nothing here imports torch at import
time: adapters do so inside their methods, modules live in ``nets`` and ``training``.
"""

from __future__ import annotations

import os

from alp_site.lib.registry import discover

# Read once, when torch loads OpenMP. Its threads otherwise spin while they wait: beside decoding threads, a web server
# and the other workers on few cores, that burnt three times the processor time of the work itself.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

PACKAGES = (
    "datasets.geometry",  # the annotation types, which shapes are made of
    "models_registry.ml.adapters",
    "models_registry.ml.metrics",
    "models_registry.ml.acquisition",
)


def load_all() -> list[str]:
    """Imports every adapter, metric and strategy so that the registries are full. Safe to repeat."""
    return [name for package in PACKAGES for name in discover(package)]
