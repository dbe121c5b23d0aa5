"""Label Studio's labelling configurations: what each becomes, and what is refused by its tag."""

import pytest

from groundswell.errors import GroundswellError, InputError
from groundswell.label.kinds.label_studio import MOST_CHARACTERS, from_label_studio


def view(*parts):
    return f"<View>{''.join(parts)}</View>"


TEXT, IMAGE, AUDIO = (
    '<Text name="t" value="$text"/>',
    '<Image name="i" value="$image" zoom="true"/>',
    '<Audio name="a" value="$audio"/>',
)
LABELS = '<Label value="cat" background="red" hotkey="1"/><Label value="dog"/>'
CHOICES = '<Choice value="cat"/><Choice value="dog" alias="d"/>'


@pytest.mark.parametrize(
    ("xml", "kind", "classes", "options"),
    [
        (
            view(
                '<Header value="Which?"/>',
                TEXT,
                f'<Choices name="c" toName="t" choice="single">{CHOICES}</Choices>',
            ),
            *("text_choice", ("cat", "dog"), {}),
        ),
        (
            view(IMAGE, f'<Choices name="c" toName="i" choice="multiple">{CHOICES}</Choices>'),
            *("image_choice", ("cat", "dog"), {"multiple": True}),
        ),
        (
            view(
                *(
                    IMAGE,
                    '<Taxonomy name="c" toName="i" leafsOnly="true" maxUsages="1"><Choice value="animal">',
                ),
                *('<Choice value="cat"/><Choice value="dog"/></Choice><Choice value="and/or"/></Taxonomy>',),
            ),
            *("image_choice", ("animal/cat", "animal/dog", "and-or"), {"tree": True}),
        ),
        (
            view(
                TEXT,
                '<Taxonomy name="c" toName="t"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>',
            ),
            *("text_choice", ("a", "a/b"), {"multiple": True, "tree": True}),
        ),
        (
            view(
                f'<Labels name="l" toName="t">{LABELS}</Labels>',
                '<Relations><Relation value="eats"/></Relations><Text name="t" value="$text" granularity="word"/>',
            ),
            *("text_spans", ("cat", "dog"), {"relations": [{"name": "eats"}], "words": True}),
        ),
        (
            view(IMAGE, f'<RectangleLabels name="r" toName="i">{LABELS}</RectangleLabels>'),
            *("image_shapes", ("cat", "dog"), {"shapes": ["box"]}),
        ),
        (
            view(
                *(IMAGE, f'<RectangleLabels name="r" toName="i" canRotate="true">{LABELS}</RectangleLabels>'),
                *('<KeyPointLabels name="k" toName="i"><Label value="eye"/></KeyPointLabels>',),
            ),
            "image_shapes",
            ("cat", "dog", "eye"),
            {
                "shapes": ["box", "rotated_box", "point"],
                "shapes_of": {"cat": ["box", "rotated_box"], "dog": ["box", "rotated_box"], "eye": ["point"]},
            },
        ),
        (
            view(IMAGE, f'<Labels name="l" toName="i">{LABELS}</Labels><Polygon name="p" toName="i"/>'),
            *("image_shapes", ("cat", "dog"), {"shapes": ["polygon"]}),
        ),
        (
            view(
                *(IMAGE, f'<EllipseLabels name="e" toName="i">{LABELS}</EllipseLabels>'),
                '<View visibleWhen="region-selected" whenLabelValue="cat,dog">',
                *(
                    '<Number name="age" toName="i" perRegion="true" min="0" max="30" required="true"/></View>',
                ),
                '<Rating name="mood" toName="i" perRegion="true" maxRating="3"/>',
            ),
            "image_shapes",
            ("cat", "dog"),
            {
                "shapes": ["ellipse"],
                "attributes": [
                    {
                        "name": "age",
                        "kind": "number",
                        "low": 0,
                        "high": 30,
                        "required": True,
                        "of": ["cat", "dog"],
                    },
                    {"name": "mood", "kind": "number", "low": 1, "high": 3},
                ],
            },
        ),
        (
            view(
                AUDIO,
                f'<Labels name="l" toName="a">{LABELS}</Labels><TextArea name="w" toName="a" perRegion="true"/>',
            ),
            *("audio_segments", ("cat", "dog"), {"transcript": True}),
        ),
        (view(AUDIO, '<TextArea name="w" toName="a" rows="4"/>'), "transcription", (), {"lines": True}),
        (view(IMAGE, '<TextArea name="w" toName="i" rows="1"/>'), "transcription", (), {}),
        (
            view(TEXT, '<Rating name="a" toName="t"/><Rating name="b" toName="t" maxRating="10"/>'),
            "rating",
            (),
            {"criteria": [{"name": "a", "low": 1, "high": 5}, {"name": "b", "low": 1, "high": 10}]},
        ),
        (
            view(
                '<Text name="x" value="$one"/><Text name="y" value="$two"/>',
                '<Pairwise name="p" toName="x,y" selectionStyle="c"/>',
            ),
            *("preference", (), {}),
        ),
        (
            view('<List name="l" value="$items"/><Ranker name="r" toName="l"/>'),
            *("preference", (), {"mode": "rank"}),
        ),
        (view('<Chat name="c" value="$messages"/>'), "chat", (), {"mode": "continue"}),
        (
            view(
                *(AUDIO, f'<Choices name="sort" toName="a" required="true">{CHOICES}</Choices>'),
                '<View visibleWhen="choice-selected" whenTagName="sort" whenChoiceValue="cat, dog">',
                '<TextArea name="why" toName="a" placeholder="In short"/></View>',
                '<DateTime name="day" toName="a" only="date"/><Rating name="stars" toName="a"/>',
            ),
            "form",
            (),
            {
                "fields": [
                    {"name": "sort", "kind": "choice", "required": True, "values": ["cat", "dog"]},
                    {
                        "name": "why",
                        "kind": "text",
                        "hint": "In short",
                        "when": {"field": "sort", "is": ["cat", "dog"]},
                    },
                    {"name": "day", "kind": "date"},
                    {"name": "stars", "kind": "scale", "low": 1, "high": 5},
                ]
            },
        ),
    ],
)
def test_a_configuration_becomes_a_kind_with_its_classes_and_options(xml, kind, classes, options):
    assert from_label_studio(xml) == (kind, classes, options)


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ("", "is no XML"),
        ("<View>", "is no XML"),
        ("hello", "is no XML"),
        ("<View>&lol;</View>", "is no XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><View>&a;</View>', "has a DOCTYPE"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><View/>', "has a DOCTYPE"),
        ("<View>" * 60 + "</View>" * 60, "nested over 50 tags deep"),
        ("x" * (MOST_CHARACTERS + 1), "at most 200,000 characters"),
        (view(), "no control"),
        (view(TEXT), "no control"),
        (view('<Video name="v" value="$v"/>'), "the tag <Video> has no counterpart here"),
        (view(IMAGE, '<BrushLabels name="b" toName="i"/>'), "the tag <BrushLabels>"),
        (view(IMAGE, f'<Labels name="l" toName="i">{LABELS}</Labels>'), "say not what is drawn"),
        (view(IMAGE, '<RectangleLabels name="r" toName="i"/>'), "has no <Label> in it"),
        (view(TEXT, '<Choices name="c" toName="t" value="$options"/>'), "has no <Choice> in it"),
        (view(TEXT, '<Choices name="c" toName="t"><Choice value="$x"/></Choices>'), "no value of its own"),
        (view(TEXT, '<Choices name="c" toName="t"><Choice value="a"/></Choices>'), "at least two classes"),
        (
            view(TEXT, IMAGE, f'<Choices name="c" toName="t">{CHOICES}</Choices>'),
            "shows <Image>, <Text>; here an item",
        ),
        (view(f'<Choices name="c" toName="t">{CHOICES}</Choices>'), "shows nothing"),
        (
            view(
                *(IMAGE, f'<RectangleLabels name="r" toName="i">{LABELS}</RectangleLabels>'),
                *(f'<Choices name="c" toName="i">{CHOICES}</Choices>',),
            ),
            "<Choices name='c'>, which are two kinds of labelling",
        ),
        (
            view(
                TEXT,
                f'<Labels name="l" toName="t">{LABELS}</Labels><Rating name="r" toName="t" perRegion="true"/>',
            ),
            "cannot be asked of spans",
        ),
        (
            view(
                AUDIO,
                f'<Labels name="l" toName="a">{LABELS}</Labels><Relations><Relation value="x"/></Relations>',
            ),
            "join spans of a text",
        ),
        (view(TEXT, '<Rating name="r" toName="t" perRegion="true"/>'), "without labels for regions"),
        (view(TEXT, '<Rating name="r" toName="t" maxRating="many"/>'), "maxRating='many'"),
        (view(TEXT, '<Number name="n" toName="t" min="few"/>'), "min='few', no number"),
        (view(TEXT, '<DateTime name="d" toName="t" only="year"/>'), "only='year'"),
        (
            view(
                TEXT,
                '<TextArea name="w" toName="t" visibleWhen="region-selected"/>',
                '<View visibleWhen="moon"/>',
            ),
            "visibleWhen='moon'",
        ),
        (
            view(
                *(AUDIO, f'<Labels name="l" toName="a">{LABELS}</Labels>'),
                *('<DateTime name="d" toName="a" perRegion="true"/>',),
            ),
            "no dates there",
        ),
        (
            view(
                TEXT, '<Pairwise name="p" toName="t,u"/>', f'<Choices name="c" toName="t">{CHOICES}</Choices>'
            ),
            "<Pairwise> and <Choices",
        ),
    ],
)
def test_what_no_kind_can_do_is_refused_by_its_tag(xml, says):
    with pytest.raises(GroundswellError) as refused:
        from_label_studio(xml)
    assert says in str(refused.value)
    assert isinstance(refused.value, InputError)
    assert len(str(refused.value)) < 500
