"""From what a labelling configuration shows and asks to a label kind, its classes and its options. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from groundswell.errors import InputError
from groundswell.label.kinds import label_kind
from groundswell.label.kinds.label_studio.asked import attribute, criterion, field
from groundswell.label.kinds.label_studio.parsing import (
    ASKED,
    PLAIN_SHAPES,
    SHAPES,
    Config,
    Control,
    paths_of,
    values_of,
)

Found = tuple[str, tuple[str, ...], dict[str, Any]]


def translated(config: Config) -> Found:
    """Return kind, classes and options, as the kind takes them.

    Raises:
        InputError: no kind does all that is asked.
    """
    kind, classes, options = _found(config)
    ontology = label_kind(kind).ontology(classes, options)
    return kind, ontology.classes, dict(ontology.options)


def _found(config: Config) -> Found:
    tags = [control.tag for control in config.controls]
    if any(str(one.tag) == "Chat" for one in config.objects.values()):
        return _alone("chat", config, "<Chat>", {"mode": "continue"})
    if "Pairwise" in tags:
        return _alone("preference", config, "<Pairwise>", {})
    if "Ranker" in tags:
        return _alone("preference", config, "<Ranker>", {"mode": "rank"})
    if any(tag == "Labels" or tag in SHAPES for tag in tags):
        return _regions(config)
    return _whole(config)


def _alone(kind: str, config: Config, tag: str, options: dict[str, Any]) -> Found:
    """Return a kind that takes nothing beside it but criteria."""
    others = [one for one in config.controls if one.tag not in ("Pairwise", "Ranker", "Rating")]
    if others:
        raise _two_kinds(tag, others[0])
    ratings = [criterion(one) for one in config.controls if one.tag == "Rating"]
    return kind, (), {**options, **({"criteria": ratings} if ratings else {})}


def _two_kinds(one: str, other: Control) -> InputError:
    return InputError(
        f"the configuration has {one} and <{other.tag} name={other.name!r}>, which are two kinds of labelling; make a "
        "project for each over the same dataset"
    )


def _shown(config: Config) -> str:
    """Return the one kind of item that is shown."""
    shown = config.shows()
    if len(shown) != 1 or not all(shown):
        found = ", ".join(sorted({f"<{one.tag}>" for one in config.objects.values()})) or "nothing"
        raise InputError(
            f"the configuration shows {found}; here an item is one text, one image or one recording"
        )
    return shown.pop()


# ── regions ──────────────────────────────────────────────────────────────────────────────────────


def _regions(config: Config) -> Found:
    """Return spans, shapes or segments, with what is asked of each as attributes."""
    of_whole = [one for one in config.controls if one.tag in ASKED and not one.per_region]
    if of_whole:
        raise _two_kinds("labels for regions", of_whole[0])
    make: dict[str, Callable[[Config], Found]] = {"text": _spans, "image": _shapes, "audio": _segments}
    return make[_shown(config)](config)


def _labels(config: Config) -> tuple[str, ...]:
    """Return the labels of all controls, each once, in their order."""
    controls = [one for one in config.controls if one.tag == "Labels" or one.tag in SHAPES]
    return tuple(dict.fromkeys(label for one in controls for label in values_of(one, "Label")))


def _spans(config: Config) -> Found:
    strange = [one for one in config.controls if one.tag not in ("Labels", "Relations")]
    if strange:
        raise InputError(f"<{strange[0].tag} name={strange[0].name!r}> cannot be asked of spans of a text")
    names = [name for one in config.controls if one.tag == "Relations" for name in values_of(one, "Relation")]
    options: dict[str, Any] = {"relations": [{"name": name} for name in names]} if names else {}
    if any(one.get("granularity") == "word" for one in config.objects.values()):
        options["words"] = True
    return "text_spans", _labels(config), options


def _shapes(config: Config) -> Found:
    _refuse_relations(config)
    plain = [PLAIN_SHAPES[one.tag] for one in config.controls if one.tag in PLAIN_SHAPES]
    types: dict[str, list[str]] = {label: [] for label in _labels(config)}
    for control in config.controls:
        if control.tag == "Labels" or control.tag in SHAPES:
            for label in values_of(control, "Label"):
                types[label] += _types(control, plain)
    allowed = sorted({one for each in types.values() for one in each})
    if not allowed:
        raise InputError(
            "<Labels> on an image say not what is drawn; add <Rectangle>, <Polygon> or their like"
        )
    options: dict[str, Any] = {"shapes": allowed, **_attributes(config)}
    if any(sorted(set(each)) != allowed for each in types.values()):
        options["shapes_of"] = {label: sorted(set(each)) for label, each in types.items()}
    return "image_shapes", tuple(types), options


def _types(control: Control, plain: Sequence[str]) -> list[str]:
    """Return what the labels of a control may be drawn as."""
    if control.tag == "Labels":
        return list(plain)
    turned = ["rotated_box"] if SHAPES[control.tag] == "box" and control.is_on("canRotate") else []
    return [SHAPES[control.tag], *turned]


def _segments(config: Config) -> Found:
    _refuse_relations(config)
    shapes = [one for one in config.controls if one.tag in SHAPES or one.tag in PLAIN_SHAPES]
    if shapes:
        raise InputError(f"<{shapes[0].tag}> is of images, and the configuration shows a recording")
    options = _attributes(config, leave_out=("TextArea",))
    if any(one.tag == "TextArea" for one in config.controls):
        options["transcript"] = True
    return "audio_segments", _labels(config), options


def _refuse_relations(config: Config) -> None:
    if any(one.tag == "Relations" for one in config.controls):
        raise InputError("<Relations> join spans of a text here, not shapes or segments")


def _attributes(config: Config, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    asked = [one for one in config.controls if one.tag in ASKED and one.tag not in leave_out]
    return {"attributes": [attribute(one) for one in asked]} if asked else {}


# ── the whole item ───────────────────────────────────────────────────────────────────────────────


def _whole(config: Config) -> Found:
    """Return the kind of the only control, ratings, or a form."""
    asked = config.controls
    strange = [one for one in asked if one.tag not in ASKED or one.per_region]
    if strange or not asked:
        what = f"<{strange[0].tag}> without labels for regions" if strange else "no control"
        raise InputError(f"the configuration has {what}; nothing could be said with it")
    if all(one.tag == "Rating" for one in asked):
        return "rating", (), {"criteria": [criterion(one) for one in asked]}
    shown = _shown(config)
    if len(asked) == 1 and asked[0].tag == "TextArea":
        lines = {"lines": True} if asked[0].get("rows") not in ("", "1") else {}
        return "transcription", (), lines
    if len(asked) == 1 and asked[0].tag in ("Choices", "Taxonomy") and shown in ("text", "image"):
        return _choice(asked[0], shown)
    return "form", (), {"fields": [field(one) for one in asked]}


def _choice(control: Control, shown: str) -> Found:
    """Return a choice of classes, or of a tree of them."""
    tree = control.tag == "Taxonomy" or control.element.find("Choice/Choice") is not None
    classes = paths_of(control, leaves=control.is_on("leafsOnly")) if tree else values_of(control, "Choice")
    several = control.get("choice") == "multiple"
    if control.tag == "Taxonomy":
        several = control.get("maxUsages") != "1"
    options = {"multiple": several, "tree": tree}
    return f"{shown}_choice", tuple(classes), {name: True for name, is_on in options.items() if is_on}
