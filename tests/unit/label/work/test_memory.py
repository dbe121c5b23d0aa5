"""What is remembered between rounds of work."""

import pytest

from groundswell.errors import InvalidAnswer
from groundswell.label.kinds import ontology_of
from groundswell.label.work.memory import Vocabulary

CLASSES = {1: ("cat", "dog"), 2: ("cat", "hound"), 3: ("feline", "hound")}


def vocabulary(current=3):
    versions = {number: ontology_of(names) for number, names in CLASSES.items()}
    return Vocabulary("text_choice", current, versions)


@pytest.mark.parametrize(
    ("current", "choice", "version"),
    [
        (3, "hound", 3),
        (3, "cat", 2),
        (3, "dog", 1),
        (2, "hound", 2),
        (2, "feline", 3),
        (1, "cat", 1),
        (1, "hound", 3),
    ],
)
def test_an_answer_is_understood_in_the_version_in_force_or_the_newest_that_knows_it(
    current, choice, version
):
    assert vocabulary(current).understand({"choice": choice}) == ({"choice": choice}, version)


def test_an_answer_that_no_version_knows_is_refused_in_the_words_of_the_one_in_force():
    with pytest.raises(InvalidAnswer, match="'fish' is not a class of this project: feline, hound"):
        vocabulary().understand({"choice": "fish"})


@pytest.mark.parametrize("answer", [{}, {"choice": 7}, {"choice": "cat", "and": "dog"}, {"choice": None}])
def test_what_has_not_the_form_of_an_answer_is_refused_whatever_the_version(answer):
    with pytest.raises(InvalidAnswer, match="an answer is"):
        vocabulary().understand(answer)
