import numpy as np
import pytest

from groundswell.assist.learning import LEAST_LABELS, learn, refreshed
from groundswell.errors import InputError
from groundswell.quality.majority import majority
from groundswell.quality.votes import Votes
from groundswell.workforce.simulated import SimulatedCrowd

N, K, WORKERS = 300, 3, 20


def items(spread=0.7, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, K, N)
    return (3 * np.eye(K)[truth] + spread * rng.standard_normal((N, K))).astype(np.float32), truth


def answered(truth, each=1, share=1.0, seed=0, **crowd):
    """Votes of a simulated crowd: `each` answers to the first `share` of the items."""
    rng = np.random.default_rng(seed)
    workers = SimulatedCrowd(WORKERS, K, seed=seed, **crowd)
    asked = np.repeat(np.arange(round(N * share)), each)
    who = np.concatenate([workers.pick_workers(each, rng) for _ in range(round(N * share))])
    said, _ = workers.answers(who, asked, truth[asked])
    return Votes(asked, who, said, N, WORKERS, K)


def no_votes():
    empty = np.zeros(0, np.int32)
    return Votes(empty, empty, empty, N, WORKERS, K)


def seeds(truth, n=40):
    gold = np.full(N, -1)
    gold[-n:] = truth[-n:]
    return gold


def accuracy(learned, truth):
    return (learned.label == truth).mean()


def rng():
    return np.random.default_rng(1)


def test_people_and_model_together_are_right_more_often_than_either():
    features, truth = items(spread=1.3)
    votes, gold = answered(truth, each=2), seeds(truth)
    together = learn(features, votes, gold, rng=rng())
    people = learn(None, votes, gold, rng=rng())
    model = learn(features, no_votes(), gold, rng=rng())
    assert accuracy(together, truth) > accuracy(people, truth) + 0.03
    assert accuracy(together, truth) > accuracy(model, truth) + 0.03


def test_shuffled_labels_give_evidence_at_chance():
    features, truth = items()
    shuffled = np.random.default_rng(4).permutation(truth)
    learned = learn(features, answered(shuffled, each=3), rng=rng())
    assert (learned.evidence.argmax(axis=1) == shuffled).mean() == pytest.approx(1 / 3, abs=0.09)
    assert learned.report.accuracy < 0.45
    assert learned.evidence.max() < 0.8


def test_one_wrong_answer_does_not_turn_the_evidence_for_its_own_item():
    features, truth = items(spread=0.3)
    votes = answered(truth, spammer_share=0.0, mean_skill=0.99, skill_spread=0.005, hard_share=0.0)
    label = votes.label.copy()
    label[0] = (truth[0] + 1) % K
    learned = learn(features, Votes(votes.item, votes.worker, label, N, WORKERS, K), rng=rng())
    assert learned.evidence[0].argmax() == truth[0]


def test_gold_stays_as_given_and_items_without_answers_get_the_models_opinion():
    features, truth = items()
    gold = seeds(truth)
    learned = learn(features, answered(truth, share=0.5), gold, rng=rng())
    np.testing.assert_array_equal(learned.label[-40:], truth[-40:])
    unheard = np.arange(N // 2, N - 40)
    np.testing.assert_allclose(learned.posterior[unheard], learned.evidence[unheard], atol=1e-4)
    np.testing.assert_allclose(learned.posterior.sum(axis=1), 1)


def test_gold_alone_is_enough_to_start():
    features, truth = items()
    learned = learn(features, no_votes(), seeds(truth), rng=rng())
    assert learned.consensus is None
    assert learned.report.trained_on == 40
    assert accuracy(learned, truth) > 0.9


def test_with_too_few_labels_there_is_no_model_and_the_report_says_so():
    features, truth = items()
    learned = learn(features, answered(truth, share=0.05), rng=rng())
    assert learned.evidence is None
    assert learned.model is None
    assert (learned.proposal == -1).all()
    assert learned.report.reason == f"15 items are labelled; the model starts at {LEAST_LABELS}"


def test_with_one_class_seen_there_is_no_model():
    features, _ = items()
    learned = learn(features, no_votes(), seeds(np.zeros(N, int)), rng=rng())
    assert learned.evidence is None
    assert "one class" in learned.report.reason


def test_nothing_known_at_all_is_doubt_about_everything():
    learned = learn(None, no_votes(), rng=rng(), no_features="pip install 'groundswell[models]'")
    np.testing.assert_allclose(learned.posterior, 1 / K)
    assert learned.report.reason == "pip install 'groundswell[models]'"


def test_the_report_is_close_to_the_accuracy_on_items_without_any_label():
    features, truth = items(spread=1.3)
    votes, gold = answered(truth, each=3, share=0.6), seeds(truth, 60)
    report = learn(features, votes, gold, rng=rng()).report
    evidence = learn(features, votes, gold, rng=rng()).evidence[180:240]
    assert report.accuracy == pytest.approx((evidence.argmax(axis=1) == truth[180:240]).mean(), abs=0.1)
    assert report.trained_on == 240
    assert report.gold == 60
    assert 0 <= report.calibration_error < 0.2
    assert report.reason is None


def test_the_expected_answer_is_learnt_from_the_crowd():
    features, truth = items()
    careful = learn(features, answered(truth, each=3, spammer_share=0.0), seeds(truth), rng=rng())
    careless = learn(features, answered(truth, each=3, spammer_share=0.6), seeds(truth), rng=rng())
    for learned in (careful, careless):
        np.testing.assert_allclose(learned.confusion.sum(axis=1), 1)
    assert np.diag(careful.confusion).mean() > np.diag(careless.confusion).mean() + 0.15


def test_any_aggregator_serves_and_the_same_rng_gives_the_same_result():
    features, truth = items()
    votes = answered(truth, each=2)
    first = learn(features, votes, aggregate=majority, rng=rng())
    assert first.consensus.method == "majority"
    np.testing.assert_array_equal(
        first.posterior, learn(features, votes, aggregate=majority, rng=rng()).posterior
    )


def test_features_or_gold_that_do_not_fit_are_refused():
    features, truth = items()
    with pytest.raises(InputError, match="a row for each of 300 items, not 10"):
        learn(features[:10], no_votes(), rng=rng())
    for gold in (truth[:5], truth.astype(float), truth + 9):
        with pytest.raises(InputError, match="gold must be 300 integers"):
            learn(features, no_votes(), gold, rng=rng())


def test_features_that_are_no_numbers_are_refused():
    features, _ = items()
    features[3, 0] = np.nan
    with pytest.raises(InputError, match="features must be finite"):
        learn(features, no_votes(), rng=rng())


def test_new_answers_are_taken_in_without_training_and_leave_the_model_as_it_was():
    features, truth = items(spread=1.3)
    learned = learn(features, answered(truth), seeds(truth), rng=rng())
    votes = answered(truth, each=3, seed=1)
    again = refreshed(learned, votes, seeds(truth))
    assert again.model is learned.model
    assert again.evidence is learned.evidence
    assert again.gain.shape == (N,)
    assert accuracy(again, truth) > accuracy(learned, truth)
    np.testing.assert_array_equal(again.label[-40:], truth[-40:])


def test_without_any_answer_no_gain_is_known():
    assert learn(None, no_votes(), rng=rng()).gain is None
