"""What a training leaves to look at: it costs the weights nothing, and comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from networks import SMALL, random_model
from test_train import QUICK, pack

from assetforge.errors import InputError
from assetforge.models import checkpoint
from assetforge.models.loss import held_out_sprites
from assetforge.models.memory import packed, recall, remember
from assetforge.models.noise import normals
from assetforge.models.record import SHOWN, Album, recorded
from assetforge.models.reflection import divergence, reconstructed
from assetforge.models.studio import Studio
from assetforge.models.train import train


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks this small are slower on two."""
    monkeypatch.setattr("assetforge.models.train.THREADS", 1)


def checkpoint_of(path: Path) -> checkpoint.Checkpoint:
    recipe = replace(QUICK, look=2)
    path.write_bytes(train(pack(), base=None, steps=5, recipe=recipe, config=SMALL, device="cpu"))
    return checkpoint.read(path)


@pytest.mark.slow
def test_looking_changes_no_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without samples on the way, a training ends with the same weights and the same card; the weights that
    were kept are among those that were looked at."""
    seen = checkpoint_of(tmp_path / "seen.safetensors")
    monkeypatch.setattr(Album, "take", lambda *_, **__: None)
    blind = checkpoint_of(tmp_path / "blind.safetensors")
    weights = blind.model.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in seen.model.state_dict().items())
    assert seen.card == blind.card and recorded(blind.extras).looks == []
    record = recorded(seen.extras)
    assert [step for step, _ in record.looks] == sorted({0, 2, 4, seen.card["steps"]})
    assert all(len(sprites) == SHOWN for _, sprites in record.looks)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    """The sprites that a model was scored on are those of its record, names and palettes too; what is damaged is
    refused, and a checkpoint from before has none."""
    examples = pack()
    album = Album(examples, recall(remember(examples)), [])
    album.take(0, random_model())
    album.take(1, random_model(1))
    album.take(1, random_model(2))
    extras = album.extras()
    record = recorded(extras)
    expected = held_out_sprites(examples)
    assert [(one.name, one.palette, one.indices.tolist()) for one in record.held_out] == [
        (one.name, one.palette, one.indices.tolist()) for one in expected
    ]
    assert [step for step, _ in record.looks] == [0, 1]
    assert (np.stack([one.indices for one in record.looks[1][1]]) == album.draw(random_model(1))).all()
    assert recorded({}).looks == []
    for data in (b"{}", b"[]", b'{"palettes": [["x"]], "shape": [1e9, 8], "looks": [], "held_out": []}', b"\xff"):
        with pytest.raises(InputError, match="damaged record"):
            recorded({"record": packed(data)})
    with pytest.raises(InputError, match="damaged record"):
        recorded({"record": extras["record"][:-9]})


def test_a_reflection_reads_the_latent_alone() -> None:
    """Reconstructions have the size and the palette of their sprites; no slot of a latent tells less than nothing; and
    how many are asked for at once changes neither."""
    examples = pack()
    studio = Studio(random_model(), recall(remember(examples)))
    sprites = list(examples.sprites[:3])
    drawn = reconstructed(studio, sprites)
    assert [(one.size, one.palette, one.name) for one in drawn] == [(o.size, o.palette, o.name) for o in sprites]
    nats = divergence(studio, sprites)
    assert nats.shape == (3, 16) and (nats >= -1e-6).all() and nats.sum() > 0
    one = studio.tensors(sprites)
    noise = torch.from_numpy(np.stack([normals(0, n, 16, SMALL.slot) for n in range(3)]))
    terms = studio.model(one.indices, one.visible, one.palettes, noise)
    assert nats == pytest.approx(terms.latent.numpy(), rel=1e-4)
    assert (divergence(studio, sprites[:1])[0] == nats[0]).all()
    assert (reconstructed(studio, sprites[:1])[0].indices == drawn[0].indices).all()
