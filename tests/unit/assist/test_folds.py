import numpy as np

from groundswell.assist.folds import out_of_fold
from groundswell.assist.model import KernelModel


class Parrot:
    """Repeats the label of an item that it was fitted on, and is vague about every other."""

    def fit(self, features, targets, weight=None):
        self.seen = {row.tobytes(): target for row, target in zip(features, targets, strict=True)}
        self.vague = np.full(targets.shape[1], 1 / targets.shape[1])
        return self

    def predict_proba(self, features):
        return np.stack([self.seen.get(row.tobytes(), self.vague) for row in features])


def labelled_items(n=50):
    rng = np.random.default_rng(0)
    return (
        rng.random((n, 4)).astype(np.float32),
        np.arange(0, n, 2),
        np.eye(3)[rng.integers(0, 3, (n + 1) // 2)],
    )


def test_a_model_never_vouches_for_a_label_that_it_was_trained_on():
    features, labelled, targets = labelled_items()
    weight = np.ones(len(labelled))
    probability, _ = out_of_fold(Parrot(), features, labelled, targets, weight, rng=np.random.default_rng(0))
    np.testing.assert_allclose(probability, 1 / 3)


def test_the_returned_model_has_seen_every_label_and_the_given_one_none():
    features, labelled, targets = labelled_items()
    given = Parrot()
    weight = np.ones(len(labelled))
    _, fitted = out_of_fold(given, features, labelled, targets, weight, rng=np.random.default_rng(0))
    np.testing.assert_allclose(fitted.predict_proba(features[labelled]), targets)
    assert not hasattr(given, "seen")


def test_a_model_that_leaves_one_out_by_itself_is_fitted_once():
    fits = []

    class Counting(KernelModel):
        def fit(self, *data):
            fits.append(1)
            return super().fit(*data)

    features, labelled, targets = labelled_items()
    weight = np.ones(len(labelled))
    out_of_fold(Counting(), features, labelled, targets, weight, rng=np.random.default_rng(0))
    assert len(fits) == 1


def test_an_overconfident_model_is_calibrated():
    class Boaster(Parrot):
        def predict_proba(self, features):
            return np.tile([0.98, 0.01, 0.01], (len(features), 1))

    features, labelled, _ = labelled_items(200)
    targets = np.eye(3)[np.arange(100) % 3 // 2]
    weight = np.ones(100)
    probability, _ = out_of_fold(Boaster(), features, labelled, targets, weight, rng=np.random.default_rng(0))
    assert 0.55 < probability[0, 0] < 0.8


def test_the_same_rng_gives_the_same_predictions():
    features, labelled, targets = labelled_items()
    weight = np.ones(len(labelled))
    first, _ = out_of_fold(Parrot(), features, labelled, targets, weight, rng=np.random.default_rng(3))
    again, _ = out_of_fold(Parrot(), features, labelled, targets, weight, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(first, again)
