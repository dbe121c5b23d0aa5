import numpy as np
import pytest

from groundswell.assist.model import KernelModel, LeavesOneOut


def clusters(n=120, k=3, seed=0, spread=0.6):
    rng = np.random.default_rng(seed)
    label = np.arange(n) % k
    centre = np.eye(k) * 3
    return (centre[label] + spread * rng.standard_normal((n, k))).astype(np.float32), label


def test_it_learns_what_can_be_learnt_and_gives_probabilities():
    features, label = clusters()
    model = KernelModel().fit(features[:60], np.eye(3)[label[:60]])
    probability = model.predict_proba(features[60:])
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert (probability.argmax(axis=1) == label[60:]).mean() > 0.95


def test_a_left_out_prediction_is_that_of_a_model_fitted_on_all_the_others():
    features, label = clusters(n=40)
    targets = np.eye(3)[label]
    weight = np.random.default_rng(1).uniform(0.2, 1.0, 40)
    whole = KernelModel().fit(features, targets, weight)
    basis = whole._basis(features)
    for i in (0, 13, 39):
        others = np.delete(np.arange(40), i)
        root = np.sqrt(weight[others])[:, None]
        a = basis[others] * root
        ridge = whole.ridge * np.eye(basis.shape[1])
        wanted = (targets[others] - whole._centre) * root
        without = basis[i] @ np.linalg.solve(a.T @ a + ridge, a.T @ wanted)
        np.testing.assert_allclose(whole._left_out[i], without, atol=1e-7)


def test_leave_one_out_accuracy_is_close_to_accuracy_on_items_never_seen():
    features, label = clusters(n=600, spread=1.4)
    model = KernelModel().fit(features[:300], np.eye(3)[label[:300]])
    left_out = (model.left_out_proba().argmax(axis=1) == label[:300]).mean()
    unseen = (model.predict_proba(features[300:]).argmax(axis=1) == label[300:]).mean()
    assert left_out == pytest.approx(unseen, abs=0.06)
    assert isinstance(model, LeavesOneOut)


def test_random_labels_get_left_out_predictions_at_chance():
    features, _ = clusters(n=400)
    label = np.random.default_rng(5).integers(0, 3, 400)
    said = KernelModel().fit(features, np.eye(3)[label]).left_out_proba()
    assert (said.argmax(axis=1) == label).mean() == pytest.approx(1 / 3, abs=0.08)
    assert said.max() < 0.7


def test_classes_that_no_label_showed_keep_a_small_probability():
    features, label = clusters()
    targets = np.zeros((120, 5))
    targets[np.arange(120), label] = 1
    probability = KernelModel().fit(features, targets).predict_proba(features)
    assert probability.shape == (120, 5)
    assert 0 < probability[:, 3:].max() < 0.1


def test_an_item_of_no_weight_teaches_nothing():
    features, label = clusters(n=60)
    wrong = np.eye(3)[np.r_[label[:50], (label[50:] + 1) % 3]]
    weight = np.r_[np.ones(50), np.full(10, 1e-9)]
    probability = KernelModel().fit(features, wrong, weight).predict_proba(features)
    assert (probability.argmax(axis=1) == label)[50:].mean() > 0.8


def test_far_from_every_label_the_class_shares_remain():
    features, label = clusters(n=90)
    kept = np.r_[np.flatnonzero(label == 0), np.flatnonzero(label == 1)[:10]]
    model = KernelModel().fit(features[kept], np.eye(3)[label[kept]])
    far = model.predict_proba(np.full((1, 3), 1e3, np.float32))[0]
    np.testing.assert_allclose(far, [0.734, 0.253, 0.012], atol=0.01)


def test_landmarks_bound_the_fit_and_hardly_change_the_answer():
    features, label = clusters(n=500)
    targets = np.eye(3)[label]
    full = KernelModel().fit(features, targets).predict_proba(features)
    few = KernelModel(landmarks=60).fit(features, targets)
    assert few._basis(features).shape == (500, 60)
    assert np.abs(few.predict_proba(features) - full).mean() < 0.05


def test_equal_items_and_a_single_item_are_no_error():
    same = np.ones((8, 4), np.float32)
    probability = KernelModel().fit(same, np.eye(2)[[0, 1] * 4]).predict_proba(same)
    np.testing.assert_allclose(probability, 0.5, atol=1e-3)
    alone = KernelModel().fit(same[:1], np.eye(2)[:1]).predict_proba(same)
    assert (alone[:, 0] > 0.5).all()
