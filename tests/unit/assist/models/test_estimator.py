import sys

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from groundswell.assist import learn, out_of_fold
from groundswell.assist.models import SklearnModel
from groundswell.errors import InputError, MissingExtra
from groundswell.quality import Votes


def clusters(n=150, k=3, seed=0):
    rng = np.random.default_rng(seed)
    label = np.arange(n) % k
    return (np.eye(k)[label] * 3 + 0.6 * rng.standard_normal((n, k))).astype(np.float32), label


CLASSIFIERS = [
    None,
    LogisticRegression(),
    make_pipeline(StandardScaler(), LogisticRegression()),
    RandomForestClassifier(30, random_state=0),
    KNeighborsClassifier(),
    make_pipeline(StandardScaler(), KNeighborsClassifier()),
    GaussianNB(),
]


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=repr)
def test_any_classifier_learns_and_gives_probabilities_of_every_class(classifier):
    features, label = clusters()
    targets = np.eye(4)[label]  # the last class was never seen
    model = SklearnModel(classifier).fit(features[:75], targets[:75])
    said = model.predict_proba(features[75:])
    assert said.shape == (75, 4)
    np.testing.assert_allclose(said.sum(axis=1), 1)
    assert (said.argmax(axis=1) == label[75:]).mean() > 0.9
    assert (said[:, 3] > 0).all()
    assert (said[:, 3] < 0.02).all()


def test_soft_labels_are_learnt_as_weights_by_hand():
    """A class prior of 0.7 and 0.3 on items that are all alike, and half an imagined item for each class."""
    same = np.zeros((10, 2), np.float32)
    targets = np.tile([0.7, 0.3], (10, 1))
    said = SklearnModel(LogisticRegression(C=1e6)).fit(same, targets).predict_proba(same[:1])
    np.testing.assert_allclose(said, [[(7 + 0.5) / 11, (3 + 0.5) / 11]], atol=1e-3)


def test_a_classifier_without_weights_learns_the_most_probable_class():
    same = np.zeros((10, 2), np.float32)
    targets = np.tile([0.7, 0.3], (10, 1))
    said = SklearnModel(KNeighborsClassifier()).fit(same, targets).predict_proba(same[:1])
    np.testing.assert_allclose(said, [[10.5 / 11, 0.5 / 11]])


def test_an_item_of_no_weight_teaches_nothing():
    features, label = clusters(60)
    wrong = np.eye(3)[np.r_[label[:40], (label[40:] + 1) % 3]]
    weight = np.r_[np.ones(40), np.full(20, 1e-9)]
    said = SklearnModel(LogisticRegression()).fit(features, wrong, weight).predict_proba(features)
    assert (said.argmax(axis=1) == label)[40:].mean() > 0.9


def test_one_class_alone_and_no_items_to_predict_are_no_error():
    features, _ = clusters(12)
    model = SklearnModel().fit(features, np.tile([0.0, 1.0], (12, 1)))
    np.testing.assert_allclose(model.predict_proba(features[:2]), [[0.5 / 13, 12.5 / 13]] * 2)
    assert model.predict_proba(features[:0]).shape == (0, 2)


def test_the_classifier_that_was_given_stays_as_it_is():
    features, label = clusters(30)
    classifier = LogisticRegression()
    SklearnModel(classifier).fit(features, np.eye(3)[label])
    assert not hasattr(classifier, "coef_")


def test_it_serves_where_a_model_is_wanted():
    features, label = clusters()
    rng = np.random.default_rng(0)
    said, _ = out_of_fold(
        SklearnModel(GaussianNB()), features, np.arange(60), np.eye(3)[label[:60]], np.ones(60), rng=rng
    )
    assert (said.argmax(axis=1) == label).mean() > 0.9
    items = np.arange(90, dtype=np.int32)
    votes = Votes(items, np.zeros(90, np.int32), label[:90].astype(np.int32), 150, 1, 3)
    learned = learn(features, votes, rng=rng, model=SklearnModel())
    assert (learned.label == label).mean() > 0.9


def test_a_classifier_without_probabilities_is_refused_with_a_remedy():
    with pytest.raises(InputError, match=r"LinearSVC gives no probabilities.*CalibratedClassifierCV"):
        SklearnModel(LinearSVC())


def test_without_scikit_learn_the_error_holds_the_line_that_installs_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("sklearn")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtra, match=r"pip install 'groundswell\[models\]'"):
        SklearnModel()
