import io
import sys
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from groundswell.assist.features import features_of, image_features, text_features
from groundswell.errors import InputError, MissingExtra
from groundswell.items import Item, ItemKind


def encoded(pixels, form="PNG", **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, form, **options)
    return out.getvalue()


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)


def item(kind, text=None, data=None):
    return Item(kind, text, data, "", "test", "row 1", datetime(2026, 1, 1, tzinfo=UTC))


def test_small_images_keep_their_pixels_and_large_ones_become_32_by_32():
    assert image_features([encoded(noise(8, 8))] * 3).shape == (3, 8 * 8 + 128 + 6)
    assert image_features([encoded(noise(8, 8)), encoded(noise(90, 40))]).shape == (2, 32 * 32 + 128 + 6)


def test_features_are_float32_finite_and_the_same_every_time():
    images = [encoded(noise(20, 20, 3, seed=seed)) for seed in range(5)]
    first = image_features(images)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, image_features(images))


def test_an_images_features_do_not_depend_on_its_place():
    images = [encoded(noise(16, 16, seed=seed)) for seed in range(4)]
    np.testing.assert_array_equal(image_features(images)[::-1], image_features(images[::-1]))


def test_gradient_histograms_tell_upright_stripes_from_lying_ones():
    upright = np.tile(np.repeat([0, 255], 4), (16, 2)).astype(np.uint8)
    shifted = np.roll(upright, 4, axis=1)
    a, b, c = image_features([encoded(upright), encoded(shifted), encoded(upright.T.copy())])[:, 256:384]
    assert a @ b > 0.5
    assert abs(a @ c) < 0.1


def test_every_common_form_of_image_is_read():
    grey, colour = noise(24, 24), noise(24, 24, 3)
    palette = io.BytesIO()
    Image.fromarray(colour).convert("P").save(palette, "GIF", transparency=0)
    deep = encoded(noise(24, 24).astype(np.uint16) * 257)
    forms = [
        encoded(grey),
        encoded(colour, "JPEG"),
        encoded(noise(24, 24, 4)),
        palette.getvalue(),
        deep,
        encoded(colour, "WEBP"),
    ]
    features = image_features(forms)
    assert (np.linalg.norm(features[:, : 24 * 24], axis=1) > 0.9).all()
    np.testing.assert_allclose(features[0, : 24 * 24], features[4, : 24 * 24], atol=0.01)


def test_a_broken_image_gets_no_pixels_and_spoils_no_other():
    good = encoded(noise(12, 12))
    features = image_features([good, b"not an image", good])
    assert not features[1].any()
    np.testing.assert_array_equal(features[0], image_features([good])[0])
    np.testing.assert_array_equal(features[0], features[2])


def test_no_images_have_no_features():
    assert image_features([]).shape == (0, 0)
    assert features_of([]).shape == (0, 0)


def test_texts_of_one_topic_are_nearer_than_texts_of_two():
    sea = [
        "the ship sails the open sea",
        "a sea of ships and sails",
        "ships at sea under sail",
        "sailing the sea",
    ]
    bread = [
        "bake bread with flour",
        "flour and yeast make bread",
        "fresh bread from flour",
        "baking a bread",
    ]
    features = text_features(sea + bread)
    near = features @ features.T
    assert features.dtype == np.float32
    assert near[:4, :4].mean() > 3 * near[:4, 4:].mean()


def test_text_features_are_the_same_every_time_and_serve_any_script():
    texts = ["good morning", "", "   ", "日本語の文章です", "Доброе утро", "日本語の別の文章", "!!!", "a"]
    first = text_features(texts)
    assert first.shape[0] == 8
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, text_features(texts))
    assert first[3] @ first[5] > first[3] @ first[4]


@pytest.mark.parametrize("texts", [["alone"], [""], ["same"] * 5])
def test_few_or_equal_texts_are_no_error(texts):
    features = text_features(texts)
    assert features.shape[0] == len(texts)
    assert np.isfinite(features).all()


def test_without_scikit_learn_the_error_holds_the_line_that_installs_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("sklearn")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtra, match=r"pip install 'groundswell\[models\]'"):
        text_features(["a text"])


def test_features_of_items_follow_their_kind_and_refuse_a_mixture():
    image, text = item(ItemKind.IMAGE, data=encoded(noise(8, 8))), item(ItemKind.TEXT, text="hello there")
    assert features_of([image, image]).shape == (2, 198)
    assert features_of([text, text]).shape[0] == 2
    with pytest.raises(InputError, match="one kind"):
        features_of([image, text])
