"""Compare 2 to 8 responses to a prompt: choose the best, rank them, or grade one against the other."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds.agreed import preferences as agreed
from groundswell.label.kinds.agreed.inferred_preferences import learn_preferences
from groundswell.label.kinds.checks import (
    Check,
    Option,
    checked_answer,
    checked_options,
    fields,
    flag,
    listed,
    named,
    one_of,
    whole,
    words,
)
from groundswell.label.kinds.conversation import prompt_of, said_by
from groundswell.label.kinds.fields import criteria
from groundswell.label.kinds.inference import Inferred, Said
from groundswell.label.kinds.kind import Answer, LabelKind, Ontology, Shown, Specimen, no_classes
from groundswell.label.kinds.rating import justified

MOST_RESPONSES = 8

IDS = "abcdefgh"
"""Ids of responses that have none of their own."""

MOST_GRADES = 4


class Preference(LabelKind):
    """Which of several responses to a prompt is better.

    The item is a record with `prompt` (a text, or a list of messages) and `responses`: 2 to 8 texts, which are called
    a to h, or objects with `id`, and `text` or a reference to an image or a recording, or both; a prompt may have one,
    too. `references` may be shown beside them.

    Mode `choose`: `{"ranking": [["b"], ["a", "c"]]}`, the best and all others. Mode `rank`: all of them, the best
    first, those of one group equally good: `{"ranking": [["b"], ["a"], ["c"]]}`. Mode `grade`, of two responses:
    `{"grade": -2}`, below 0 where the first is better and above 0 where the second is. With `criteria` each response
    is rated, too: `{"rubric": {"a": {"helpful": 4}, "b": {"helpful": 2}}}`; `justification` says why.
    """

    name: ClassVar[str] = "preference"
    item_kinds: ClassVar[frozenset[str]] = frozenset({"record"})
    reads_item: ClassVar[bool] = True
    options: ClassVar[Mapping[str, Option]] = {
        "mode": Option(
            one_of("choose", "rank", "grade"), "choose the best, rank all, or grade two", "choose"
        ),
        "grades": Option(whole(1, MOST_GRADES), "how strong a grade may be, to either side", 3),
        "ties": Option(flag, "whether responses may be equally good"),
        "criteria": Option(criteria.CRITERIA.check, f"for each response, {criteria.CRITERIA.does}"),
        **criteria.JUSTIFICATION,
    }
    specimen: ClassVar[Specimen | None] = Specimen(
        shown={
            "kind": "record",
            "text": None,
            "record": {
                "prompt": "Name a prime above 10.",
                "responses": ["12", "13", "11, since only 1 and 11 divide it."],
            },
            "media_type": "application/json",
            "meta": {},
        },
        answer={"ranking": [["c"], ["b"], ["a"]], "justification": "c says why, a is wrong."},
        options={"mode": "rank", "justification": "required"},
    )

    def ontology(self, classes: Sequence[str], options: Mapping[str, Any]) -> Ontology:
        """Return the options; there are no classes."""
        no_classes(self.name, classes, "responses are compared, and rated by its option criteria")
        given = checked_options(self.name, options, self.options)
        kept = {name: value for name, value in given.items() if value is not False}
        if "grades" in kept and kept.get("mode") != "grade":
            raise InputError("grades are of mode grade")
        criteria.check_justification(kept)
        return Ontology((), kept)

    def check_item(self, shown: Shown, ontology: Ontology) -> None:
        """Refuse a record without a prompt, or without as many responses as the mode compares."""
        super().check_item(shown, ontology)
        prompt_of(shown["record"])
        found = len(responses_of(shown["record"]))
        if ontology.options.get("mode") == "grade" and found != 2:
            raise InputError(f"the record has {found} responses; mode grade compares two")

    def validate(self, answer: Answer, ontology: Ontology, shown: Shown | None = None) -> Answer:
        """Return the answer with the responses of a group in the order of their ids.

        Raises:
            InvalidAnswer: another shape, a response that the item does not have or that is left out, a tie where there
                may be none, a grade that is off the scale, or criteria or words that are missing.
        """
        read = checked_answer(answer, _answer_check(ontology))
        ids = _ids_of(shown)
        graded = ontology.options.get("mode") == "grade"
        canonical = _graded(read, ontology, ids) if graded else _ranked(read, ontology, ids)
        if "criteria" in ontology.options:
            canonical["rubric"] = _rubric(read["rubric"], ids)
        return {**canonical, **justified(read, ontology)}

    def distance(self, one: Answer, other: Answer, ontology: Ontology) -> float:
        """Return how far choices, orders or grades are apart; with a rubric the mean of that and of its ratings."""
        apart = agreed.main_distance(one, other, ontology)
        if "rubric" not in one or one["rubric"].keys() != other["rubric"].keys():
            return apart
        return (apart + agreed.rubric_distance(one, other, ontology)) / 2

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], ontology: Ontology) -> Answer:
        """Return the best by trust, the order nearest to all, or the median grade; ratings by their medians."""
        merged = agreed.merge_main(answers, weights, ontology)
        return agreed.completed(merged, answers, weights, ontology)

    def infer(self, said: Sequence[Said], ontology: Ontology) -> Inferred:
        """Infer which of two is better from workers who follow, turn round or do not look; else by nearness."""
        if said and all(agreed.level_of(one.answer) is not None for one in said):
            return self.concluded(learn_preferences(said, ontology), said, ontology)
        return super().infer(said, ontology)

    def example(self, ontology: Ontology, shown: Shown, rng: np.random.Generator) -> Answer:
        """Return any choice, order or grade."""
        ids = sorted(responses_of(shown["record"]))
        return self.validate(agreed.example_of(ids, ontology, rng), ontology)


def responses_of(record: Mapping[str, Any]) -> dict[str, str]:
    """Return what each response of a record says, by its id: its text, and the digest of its medium; see `said_by`.

    Raises:
        InputError: there are not 2 to 8, one is neither a text nor a medium, or two have the same id.
    """
    given = record.get("responses")
    if not isinstance(given, list) or not 2 <= len(given) <= MOST_RESPONSES:
        raise InputError(f"the record has no field `responses` with 2 to {MOST_RESPONSES} responses")
    pairs = [(_id_of(one, IDS[place]), said_by(one, "a response")) for place, one in enumerate(given)]
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("two responses of the record have the same id")
    return found


def _id_of(given: Any, otherwise: str) -> str:
    name = given.get("id", otherwise) if isinstance(given, Mapping) else otherwise
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        raise InputError("the `id` of a response is a text of 1 to 100 characters")
    return name


def _ids_of(shown: Shown | None) -> list[str] | None:
    """Return the ids of an item's responses in their order, None where the item is not known."""
    if shown is None:
        return None
    try:
        return list(responses_of(shown["record"]))
    except InputError as error:
        raise InvalidAnswer(str(error)) from None


_id = words(1, 100)
_ranking = listed(listed(_id, least=1, most=MOST_RESPONSES), least=1, most=MOST_RESPONSES)


def _answer_check(ontology: Ontology) -> Check:
    options = ontology.options
    known, needs = {"ranking": _ranking}, ["ranking"]
    if options.get("mode") == "grade":
        most = options.get("grades", 3)
        known["grade"], needs = whole(-most, most), ["grade"]
    if "criteria" in options:
        known["rubric"] = named(criteria.ratings_check(options["criteria"]), most=MOST_RESPONSES)
        needs.append("rubric")
    return fields({**known, **criteria.may_justify(options)}, needs=tuple(needs))


def _graded(read: Mapping[str, Any], ontology: Ontology, ids: Sequence[str] | None) -> dict[str, Any]:
    """Return the grade; a ranking beside it says the same or is refused."""
    grade = read["grade"]
    if ids is not None and len(ids) != 2:
        raise InvalidAnswer(f"the item has {len(ids)} responses; a grade is of two")
    if not grade and "ties" not in ontology.options:
        raise InvalidAnswer("grade 0 says that both are equally good, which they may not be here")
    if "ranking" in read and ids is not None and _sorted(read["ranking"]) != _ranking_of(grade, ids):
        raise InvalidAnswer(f"grade {grade} and the ranking say different things; the grade alone will do")
    return {"grade": grade}


def _sorted(ranking: Sequence[Sequence[str]]) -> list[list[str]]:
    return [sorted(group) for group in ranking]


def _ranking_of(grade: int, ids: Sequence[str]) -> list[list[str]]:
    if not grade:
        return [sorted(ids)]
    return [[ids[0]], [ids[1]]] if grade < 0 else [[ids[1]], [ids[0]]]


def _ranked(read: Mapping[str, Any], ontology: Ontology, ids: Sequence[str] | None) -> dict[str, Any]:
    ranking = _sorted(read["ranking"])
    said = [name for group in ranking for name in group]
    known = sorted(said if ids is None else ids)
    if sorted(said) != known or len(set(said)) < len(said):
        raise InvalidAnswer(f"a ranking names each response once: {', '.join(known)[:200]}")
    ties = "ties" in ontology.options
    if ontology.options.get("mode") == "rank":
        if not ties and any(len(group) > 1 for group in ranking):
            raise InvalidAnswer("two responses are ranked as equally good, which they may not be here")
    elif not (len(ranking) == 1 and ties) and (len(ranking) != 2 or len(ranking[0]) != 1):
        raise InvalidAnswer("a choice is the best response, and then all others in one group")
    if len(said) < 2:
        raise InvalidAnswer("a ranking is of two responses or more")
    return {"ranking": ranking}


def _rubric(rubric: Mapping[str, Any], ids: Sequence[str] | None) -> dict[str, Any]:
    """Return the ratings of each response, in the order of ids."""
    wanted = sorted(rubric if ids is None else ids)
    if sorted(rubric) != wanted:
        raise InvalidAnswer(f"the rubric rates each response: {', '.join(wanted)[:200]}")
    return {name: rubric[name] for name in wanted}
