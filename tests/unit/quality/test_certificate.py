import json

import numpy as np
import pytest

from groundswell.errors import InputError
from groundswell.quality.certificate import audits_needed, certify


def delivered(rng, population, accuracy, *, honest):
    """Which labels of a delivered version are right, and confidence in them: honest, or nonsense."""
    doubt = np.minimum(rng.exponential(1 - accuracy, population), 0.9)
    right = rng.random(population) >= doubt
    return right, 1 - doubt if honest else rng.permutation(1 - doubt) ** 0.2


def audit(rng, right, confidence, size, **more):
    chosen = rng.choice(len(right), size, replace=False)
    return certify(right[chosen], chosen, confidence, **more)


@pytest.mark.parametrize("honest", [True, False], ids=["calibrated", "nonsense"])
@pytest.mark.parametrize(("accuracy", "size"), [(0.85, 50), (0.95, 200), (0.99, 400), (0.999, 100)])
def test_the_interval_holds_as_often_as_it_says_however_bad_the_confidence(accuracy, size, honest):
    rng = np.random.default_rng(0)
    right, confidence = delivered(rng, 3000, accuracy, honest=honest)
    known = {}
    held = 0
    for _ in range(1000):
        chosen = rng.choice(3000, size, replace=False)
        found = int(right[chosen].sum())
        if found not in known:
            known[found] = certify(right[chosen], chosen, confidence)
        held += known[found].low <= right.mean() <= known[found].high
    assert held >= 950 - 2 * np.sqrt(1000 * 0.95 * 0.05)


def test_honest_confidence_makes_the_estimate_better():
    rng = np.random.default_rng(1)
    right, confidence = delivered(rng, 3000, 0.85, honest=True)
    plain, powered = [], []
    for _ in range(300):
        certificate = audit(rng, right, confidence, 100)
        plain.append(certificate.right / certificate.audited - right.mean())
        powered.append(certificate.estimate - right.mean())
    assert np.square(powered).mean() < 0.97 * np.square(plain).mean()


def test_the_order_of_audits_does_not_matter():
    rng = np.random.default_rng(2)
    right, confidence = delivered(rng, 500, 0.9, honest=True)
    chosen = rng.choice(500, 60, replace=False)
    turned = rng.permutation(chosen)
    one, other = (certify(right[places], places, confidence) for places in (chosen, turned))
    assert (one.low, one.high, one.audited) == (other.low, other.high, other.audited)
    assert one.estimate == pytest.approx(other.estimate)


def test_nothing_audited_claims_nothing():
    certificate = certify([], np.empty(0, int), np.full(10, 0.9))
    assert (certificate.low, certificate.high, certificate.estimate) == (0.0, 1.0, None)
    assert "nothing was audited" in certificate.method


def test_everything_audited_is_certain():
    right = np.arange(50) < 45
    certificate = certify(right, np.arange(50), np.full(50, 0.9))
    assert (certificate.low, certificate.estimate, certificate.high) == (0.9, 0.9, 0.9)


def test_every_slice_has_a_certificate_of_its_own():
    places = np.arange(0, 200, 4)
    masks = {"first": np.arange(200) < 100, "unseen": np.arange(200) % 4 == 1, "none": np.zeros(200, bool)}
    slices = certify(places < 100, places, np.full(200, 0.5), slices=masks).slices
    assert (slices["first"].audited, slices["first"].right, slices["first"].population) == (25, 25, 100)
    assert (slices["unseen"].audited, slices["unseen"].low, slices["unseen"].high) == (0, 0.0, 1.0)
    assert (slices["none"].population, slices["none"].claimed) == (0, None)


def test_a_higher_level_is_wider():
    rng = np.random.default_rng(3)
    right, confidence = delivered(rng, 1000, 0.9, honest=True)
    chosen = rng.choice(1000, 100, replace=False)
    widths = [certify(right[chosen], chosen, confidence, level=level).width for level in (0.8, 0.95, 0.99)]
    assert widths == sorted(widths)


def test_it_travels_as_strict_json():
    masks = {"all": np.ones(4, bool), "none": np.zeros(4, bool)}
    certificate = certify([True, False], [0, 3], np.full(4, 0.75), slices=masks)

    def refuse(constant):
        raise AssertionError(constant)

    told = json.loads(certificate.to_json(), parse_constant=refuse)
    assert (told["low"], told["audited"], told["slices"]["all"]["right"]) == (certificate.low, 2, 1)


@pytest.mark.parametrize(
    ("right", "audited", "confidence", "more", "message"),
    [
        ([True], [5], [0.5, 0.5], {}, "indices into the population"),
        ([True, True], [0, 0], [0.5, 0.5], {}, "audited twice"),
        ([True], [0, 1], [0.5, 0.5], {}, "of one length"),
        ([2], [0], [0.5, 0.5], {}, "true or false"),
        ([True], [0], [0.5, 1.5], {}, "one probability"),
        ([True], [0], [0.5, np.nan], {}, "one probability"),
        ([True], [0], [0.5, 0.5], {"level": 95}, "level must be between"),
        ([True], [0], [0.5, 0.5], {"slices": {"a": [True]}}, "slice 'a' must be 2 booleans"),
    ],
)
def test_an_audit_that_makes_no_sense_is_refused(right, audited, confidence, more, message):
    with pytest.raises(InputError, match=message):
        certify(right, np.array(audited), confidence, **more)


def test_a_plan_is_kept_when_the_expected_share_is_found():
    planned = audits_needed(0.04, 0.95, population=5000)
    right = np.arange(planned) < round(0.95 * planned)
    assert certify(right, np.arange(planned), np.full(5000, 0.95)).width <= 0.04
    fewer = planned * 8 // 10
    assert certify(np.arange(fewer) < round(0.95 * fewer), np.arange(fewer), np.full(5000, 0.95)).width > 0.04


def test_plans_need_more_audits_for_narrower_intervals_and_fewer_for_better_labels():
    assert audits_needed(0.02, 0.95) > audits_needed(0.04, 0.95) > audits_needed(0.04, 0.99)
    assert audits_needed(0.01, 0.9, population=300) <= 300


@pytest.mark.parametrize("given", [(0.0, 0.9), (0.1, 1.1), (1.0, 0.9)])
def test_a_plan_of_the_impossible_is_refused(given):
    with pytest.raises(InputError):
        audits_needed(*given)
    with pytest.raises(InputError, match="population"):
        audits_needed(0.1, 0.9, population=0)
