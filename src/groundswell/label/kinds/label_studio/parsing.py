"""Reading a labelling configuration: which things it shows, and which controls it has for them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from groundswell.errors import InputError

MOST_CHARACTERS = 200_000

DEEPEST = 50

OBJECTS = {"Text": "text", "Image": "image", "Audio": "audio", "AudioPlus": "audio"}
"""Tags that show something, and the kind of item it is."""

LISTS = frozenset({"List", "Chat"})
"""Tags that show a record: a list of responses, a conversation."""

LAYOUT = frozenset({"View", "Header", "Style", "Filter", "Collapse", "Panel", "Shortcut", "Markdown"})
"""Tags that only say how something looks."""

SHAPES = {
    "RectangleLabels": "box",
    "PolygonLabels": "polygon",
    "KeyPointLabels": "point",
    "EllipseLabels": "ellipse",
    "VectorLabels": "line",
}
"""Tags whose labels are drawn, and as what."""

PLAIN_SHAPES = {
    "Rectangle": "box",
    "Polygon": "polygon",
    "KeyPoint": "point",
    "Ellipse": "ellipse",
    "Vector": "line",
}
"""Tags that let the labels of a `Labels` tag be drawn."""

ASKED = frozenset({"Choices", "TextArea", "Rating", "Number", "DateTime", "Taxonomy"})
"""Tags that ask something, of the whole item or of each region."""

CONTROLS = frozenset({"Labels", "Relations", "Pairwise", "Ranker", *SHAPES, *PLAIN_SHAPES, *ASKED})


@dataclass(frozen=True)
class Control:
    """One control.

    Attributes:
        element: its tag.
        when: the condition under which it is shown, as a form has it; None: always.
        of: the labels whose regions have it, where it is of regions; () for all.
    """

    element: Element
    when: dict[str, Any] | None = None
    of: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """The name of its tag."""
        return str(self.element.tag)

    @property
    def name(self) -> str:
        """What it is called; its tag where it has no name."""
        return self.get("name") or self.tag.lower()

    @property
    def per_region(self) -> bool:
        """Whether it is asked of each region, and not of the whole item."""
        return self.is_on("perRegion")

    def get(self, attribute: str) -> str:
        """Return an attribute without the space around it, "" where it is not there."""
        return (self.element.get(attribute) or "").strip()

    def is_on(self, attribute: str) -> bool:
        """Say whether an attribute is true."""
        return self.get(attribute).lower() == "true"


@dataclass(frozen=True)
class Config:
    """What a configuration shows and asks.

    Attributes:
        objects: the tag of each thing shown, by name.
        controls: in the order of the configuration.
    """

    objects: dict[str, Element] = field(default_factory=dict)
    controls: list[Control] = field(default_factory=list)

    def shows(self) -> set[str]:
        """Return the kinds of item that are shown; "" for lists."""
        return {OBJECTS.get(str(one.tag), "") for one in self.objects.values()}


def read(xml: str) -> Config:
    """Return what a configuration shows and asks.

    Raises:
        InputError: it is too long, no XML, declares entities, or has a tag that nothing here can do.
    """
    if len(xml) > MOST_CHARACTERS:
        raise InputError(f"a configuration has at most {MOST_CHARACTERS:,} characters; this has {len(xml):,}")
    config = Config()
    _gather(_parsed(xml), config, None, ())
    return config


class _Plain(TreeBuilder):
    """Builds a tree of bounded depth, of a document without declarations: entities can hold gigabytes."""

    deep = 0

    def doctype(self, name: str, pubid: str, system: str) -> None:
        raise InputError("the configuration has a DOCTYPE; leave it out, it could hold anything")

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self.deep += 1
        if self.deep > DEEPEST:
            raise InputError(f"the configuration is nested over {DEEPEST} tags deep")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self.deep -= 1
        return super().end(tag)


def _parsed(xml: str) -> Element:
    parser = XMLParser(target=_Plain())
    try:
        parser.feed(xml.strip())
        root: Element = parser.close()
    except (ParseError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the configuration is no XML: {error}") from None
    return root


def _gather(element: Element, config: Config, when: dict[str, Any] | None, of: tuple[str, ...]) -> None:
    """Add what an element and those in it show and ask."""
    tag = str(element.tag)
    if tag in OBJECTS or tag in LISTS:
        if tag == "Chat" or (element.get("value") or "").startswith("$"):
            config.objects[element.get("name") or tag] = element
        return
    condition, labels = _shown_when(element)
    when, of = _both(when, condition), labels or of
    if tag in CONTROLS:
        config.controls.append(Control(element, when, of))
    elif tag in LAYOUT:
        for child in element:
            _gather(child, config, when, of)
    else:
        known = ", ".join(sorted({*OBJECTS, *LISTS, *CONTROLS} - {"AudioPlus"}))
        raise InputError(f"the tag <{tag[:60]}> has no counterpart here; those that have: {known}")


def _shown_when(element: Element) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return the condition on a form, and the labels, under which an element is shown."""
    kind = element.get("visibleWhen")
    labels = _parts(element.get("whenLabelValue"))
    if kind is None or kind == "region-selected":
        return None, labels
    chosen, name = _parts(element.get("whenChoiceValue")), element.get("whenTagName")
    if kind != "choice-selected" or not name or not chosen:
        raise InputError(
            f"<{element.tag}> is shown by visibleWhen={kind[:40]!r}; here a condition is choice-selected, with "
            "whenTagName and whenChoiceValue"
        )
    return {"field": name, "is": list(chosen)}, labels


def _parts(given: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (given or "").split(",") if part.strip())


def _both(one: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the condition that both hold."""
    if one is None or other is None:
        return other if one is None else one
    return {"all": [one, other]}


def values_of(control: Control, tag: str) -> list[str]:
    """Return the values of the tags directly within a control: its labels, its choices.

    Raises:
        InputError: there are none, or they come from the data.
    """
    return [_value(child, control) for child in _children(control.element, tag, control)]


def paths_of(control: Control, *, leaves: bool) -> list[str]:
    """Return the choices of a tree as paths; only those without choices below them where `leaves`."""
    return list(_paths(control.element, (), control, leaves=leaves))


def _paths(element: Element, above: tuple[str, ...], control: Control, *, leaves: bool) -> Iterator[str]:
    for child in _children(element, "Choice", control):
        path = (*above, _value(child, control).replace("/", "-"))
        is_leaf = child.find("Choice") is None
        if is_leaf or not leaves:
            yield "/".join(path)
        if not is_leaf:
            yield from _paths(child, path, control, leaves=leaves)


def _children(element: Element, tag: str, control: Control) -> list[Element]:
    found = [child for child in element if child.tag == tag]
    if not found:
        raise InputError(
            f"<{control.tag} name={control.name!r}> has no <{tag}> in it; those from the data cannot be read"
        )
    return found


def _value(element: Element, control: Control) -> str:
    value = (element.get("value") or "").strip()
    if not value or value.startswith("$"):
        raise InputError(f"a <{element.tag}> of {control.name!r} has no value of its own: {value[:40]!r}")
    return value
