"""Segments by hand: times, transcripts, what differs and what several come to."""

import pytest

from groundswell.errors import InputError, InvalidAnswer
from groundswell.label.kinds import Schema, label_kind

KIND = label_kind("audio_segments")
TALK = {"kind": "audio", "text": None, "media_type": "audio/wav", "meta": {"duration_seconds": 10.0}}


def schema(*classes, **options):
    return Schema(KIND, KIND.ontology(classes or ("speech", "music"), options))


def part(start, end, label="speech", **more):
    return {"start": start, "end": end, "label": label, **more}


def marked(*parts):
    return {"segments": list(parts)}


def test_times_are_kept_to_the_millisecond_and_segments_in_order_each_once():
    said = marked(part(5, 6.00049), part(0, 2, "music"), part(0, 2), part(5, 6.0001))
    assert schema().validate(said, TALK)["segments"] == [
        part(0.0, 2.0),
        part(0.0, 2.0, "music"),
        part(5.0, 6.0),
    ]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (part(2, 2), "not after its start"),
        (part(2, 2.0001), "not after its start"),
        (part(-1, 2), "a number from 0"),
        (part(0, float("inf")), "a number from 0"),
        (part(0, 10.6), "ends at 10.6 s, after the recording does"),
        (part(0, 1, "noise"), "one of speech, music"),
        (part(0, 1, transcript="hi"), "'transcript' that is not known"),
        (part(0, 1, attributes={"loud": True}), "'loud', which is not asked"),
    ],
)
def test_what_is_no_segment_of_the_recording_is_refused(said, says):
    with pytest.raises(InvalidAnswer, match=says):
        schema().validate(marked(said), TALK)


def test_decoders_that_add_half_a_second_are_forgiven_and_an_unknown_length_allows_all():
    assert schema().validate(marked(part(0, 10.4)), TALK)
    assert schema().validate(marked(part(0, 5000)), {**TALK, "meta": {}})


def test_where_segments_may_not_overlap_they_may_touch():
    apart = schema(overlap=False)
    assert apart.validate(marked(part(0, 2), part(2, 3)))
    with pytest.raises(InvalidAnswer, match=r"0-2 and 1\.5-3 s overlap"):
        apart.validate(marked(part(1.5, 3), part(0, 2)))


def test_each_segment_has_a_transcript_where_they_are_asked_for():
    here = schema(transcript=True)
    assert here.validate(marked(part(0, 2)))["segments"] == [part(0.0, 2.0, transcript="")]
    said = here.validate(marked(part(0, 2, transcript="  good\n cafe\u0301 ")))
    assert said["segments"][0]["transcript"] == "good caf\u00e9"


def test_attributes_of_labels_that_there_are_not_are_refused():
    with pytest.raises(InputError, match="of 'noise', which is no class"):
        schema(attributes=[{"name": "loud", "kind": "flag", "of": ["noise"]}])


def test_segments_differ_by_the_time_that_they_do_not_share_and_by_what_is_said():
    here, spoken = schema(), schema(transcript=True)
    assert here.distance(marked(part(0.0, 2.0)), marked(part(1.0, 3.0))) == pytest.approx(2 / 3)
    assert here.distance(marked(part(0.0, 2.0)), marked(part(0.0, 2.0, "music"))) == 1
    one, other = (marked(part(0.0, 2.0, transcript=words)) for words in ("good morning", "bad evening"))
    assert spoken.distance(one, other) == pytest.approx(0.5)
    assert spoken.distance(one, one) == 0


def test_a_merge_runs_from_median_to_median_with_the_words_that_are_nearest_to_all():
    here = schema(transcript=True)
    said = [
        marked(part(0.0, 2.0, transcript="good morning")),
        marked(part(0.1, 2.4, transcript="good morning!")),
        marked(part(0.5, 2.1, transcript="mood warning")),
    ]
    (merged,) = here.merge(said, [1, 1, 1])["segments"]
    assert (merged["start"], merged["end"]) == (0.1, 2.1)
    assert merged["transcript"] in ("good morning", "good morning!")
    assert here.merge(said, [1, 1, 9])["segments"][0] == said[2]["segments"][0]


def test_medians_that_cross_by_a_little_meet_midway():
    here = schema(overlap=False)
    said = [
        marked(part(0.0, 2.0), part(2.0, 4.0)),
        marked(part(0.0, 2.1), part(2.1, 4.0)),
        marked(part(0.0, 1.9), part(1.9, 4.0)),
        marked(part(0.0, 2.3)),
    ]
    merged = here.merge(said, [1, 1, 1, 3])
    assert here.validate(merged) == merged
    assert len(merged["segments"]) == 2
    assert merged["segments"][0]["end"] == merged["segments"][1]["start"]


def test_what_less_than_half_of_the_trust_hears_is_left_out():
    said = [marked(part(0.0, 2.0)), marked(), marked()]
    assert schema().merge(said, [1, 1, 1]) == marked()
