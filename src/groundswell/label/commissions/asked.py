"""The socket of task types: what the parameters of a commission mean as a label schema, and an answer as a response.

Pure, in both directions. A task type is a class in `types`; nothing there knows of projects, databases or HTTP.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec

from groundswell.errors import InputError, NotFound, Unsupported
from groundswell.items import ItemKind
from groundswell.label.commissions.schemas import JsonSchema
from groundswell.label.kinds import Answer, Shown

Params = Mapping[str, Any]
"""What a program says of a task beside its names: the task's own, over those of its project."""

Response = dict[str, Any]

NAMES = uuid.UUID("5c1a7f0e-6d0b-4c52-9b1e-3f2b8d5a9e10")
"""What names of single annotations are drawn under, so that the same answer has the same names each time."""


class FileName(str):
    """A file of a response, by its name; whoever tells the response puts its address in this place."""


@dataclass(frozen=True)
class Content:
    """What is to be labelled, as a program says it: one of these.

    Attributes:
        text: the text itself.
        record: an object to be shown.
        reference: where the bytes are: an upload, or an address.
        kinds: what the bytes may turn out to be.
        parts: several texts and references that are shown beside each other.
    """

    text: str | None = None
    record: Mapping[str, Any] | None = None
    reference: str | None = None
    kinds: frozenset[ItemKind] = frozenset()
    parts: "tuple[Content, ...]" = ()


@dataclass(frozen=True)
class Wanted:
    """What may be said of it: the label schema of a project."""

    kind: str
    classes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


class TaskType(ABC):
    """One way in which programs ask for labels.

    Attributes:
        names: what programs call it.
        defaults: parameters that it has unless they are given.
        has_files: whether its responses name files.
        shows_beside: whether its screen shows something beside what is labelled.
    """

    names: ClassVar[tuple[str, ...]]
    defaults: ClassVar[Params] = {}
    has_files: ClassVar[bool] = False
    shows_beside: ClassVar[bool] = False

    @abstractmethod
    def content(self, params: Params) -> Content:
        """Return what is to be labelled.

        Raises:
            InputError: a parameter is missing or cannot be read; the message names it.
            Unsupported: it would need a screen that there is not.
        """

    def layers(self, params: Params) -> list[dict[str, Any]]:
        """Return the shapes that are drawn on the image from the start, and that nobody changes.

        Raises:
            InputError: they cannot be read.
            Unsupported: the screen of the task type draws none.
        """
        if params.get(LAYERS):
            raise Unsupported(f"{LAYERS} have no screen in tasks of type {self.names[0]} yet; leave them out")
        return []

    @abstractmethod
    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return what may be said of it.

        Args:
            shown: what the content has turned out to be.

        Raises:
            InputError, Unsupported: as `content`.
        """

    @abstractmethod
    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return an answer as the program reads it."""

    @abstractmethod
    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the answer that a response stands for: one that is known, and tests or teaches people.

        Raises:
            InputError: it is no response of this type; the message says why.
        """

    def file(self, name: str, params: Params, answer: Answer, shown: Shown) -> bytes:
        """Return a file that a response names, a PNG.

        Raises:
            NotFound: there is none of this name.
        """
        raise NotFound(f"there is no file {name[:60]!r}")

    def handed(self, params: Params, answer: Answer) -> Collection[str]:
        """Return the digests of the files that people handed in with an answer."""
        return ()

    @abstractmethod
    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return what each response to tasks of a label schema looks like."""


# ── reading parameters ───────────────────────────────────────────────────────────────────────────

_INLINE = ("text", "markdown", "website")
_UNSEEN = ("video", "pdf", "lidar", "pointcloud")
_SCHEMES = ("http://", "https://", "scaledata://", "s3://", "gs://")


def attached(params: Params, kinds: Sequence[ItemKind]) -> Content:
    """Return the one attachment of a task.

    A text is given as it is, and so is the address of a website, which people open themselves.

    Raises:
        InputError: there is none, or more than one.
        Unsupported: it is of a type that there is no screen for.
    """
    found = attachments_of(params)
    if len(found) > 1:
        raise Unsupported(
            f"{len(found)} attachments cannot be shown side by side; give each a task of its own"
        )
    return content_of(found[0], kinds)


BEGUN = ("hypothesis", "base_annotations", "initial_response")
"""Parameters that hold a response to begin with: people see it as a proposal."""

BESIDE = "context_attachments"
"""The parameter with what people are shown beside the item, and do not label."""

MOST_BESIDE, MOST_CHARACTERS_BESIDE = 20, 10_000

LAYERS = "layers"
"""The parameter with shapes that are drawn on the item from the start, and that nobody changes."""

_UNREAD = ("links",)

_FREE = (
    "can_add_base_annotations",
    "can_delete_base_annotations",
    "can_edit_base_annotations",
    "can_edit_base_annotation_geometry",
    "can_edit_base_annotation_labels",
)
"""Parameters that would bind people to what they begin with; here they may always change it."""


def check_read(params: Params) -> None:
    """Refuse parameters that would change what people see or may say, and that no screen has yet.

    Raises:
        Unsupported: there is one.
    """
    for name in _UNREAD:
        if params.get(name):
            raise Unsupported(
                f"the parameter {name} is not enabled: there is no screen for it yet; leave it out"
            )
    for name in _FREE:
        if params.get(name) is False:
            raise Unsupported(
                f"{name} cannot be false: whatever people begin with they may change; leave it out"
            )


def beside(params: Params, kind: TaskType) -> list[str]:
    """Return what people are shown beside the item: texts, and addresses on the web, which they open themselves.

    Raises:
        InputError: it is no list of texts, or of objects with an attachment, or a long one.
        Unsupported: the screen of the task type shows nothing beside the item, or one is a file that would be shown.
    """
    given = params.get(BESIDE) or []
    if given and not kind.shows_beside:
        raise Unsupported(f"{BESIDE} have no screen in tasks of type {kind.names[0]} yet; leave them out")
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_BESIDE:
        raise InputError(f"The {BESIDE} parameter must be a list of at most {MOST_BESIDE} attachments.")
    found = [content for _, content in (_attachment(one, "") for one in given)]
    for one in found:
        if one.startswith(_SCHEMES) and not one.startswith(("http://", "https://")):
            raise Unsupported(
                f"{BESIDE}: uploaded files are not shown beside an item yet; give an address on the web, or a text"
            )
        if len(one) > MOST_CHARACTERS_BESIDE:
            raise InputError(f"A text of {BESIDE} has over {MOST_CHARACTERS_BESIDE:,} characters.")
    return found


def begun(params: Params) -> tuple[str, Params] | None:
    """Return the response that people begin with, behind the name of its parameter; None where there is none.

    `base_annotations` may be the list of annotations alone.

    Raises:
        InputError: it is no object, or there are several.
    """
    given = {name: params[name] for name in BEGUN if params.get(name)}
    if len(given) > 1:
        raise InputError(f"Please include only one of {' and '.join(given)}: each is what people begin with.")
    for name, response in given.items():
        if name == "base_annotations" and isinstance(response, list):
            response = {"annotations": response}
        if not isinstance(response, Mapping):
            raise InputError(f"The {name} parameter must be an object, as a response is.")
        return name, response
    return None


def attachments_of(params: Params) -> list[tuple[str, str]]:
    """Return the attachments of a task, each as its type ("" where it is not said) and its content."""
    given = params.get("attachments")
    if not given and params.get("attachment"):
        given = [params["attachment"]]
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise InputError("Please include an attachment or attachments parameter.")
    usual = params.get("attachment_type") or ""
    return [_attachment(one, usual) for one in given]


def _attachment(given: Any, usual: str) -> tuple[str, str]:
    kind, content = (
        (given.get("type", usual), given.get("content") or given.get("attachment"))
        if isinstance(given, Mapping)
        else (usual, given)
    )
    if not isinstance(content, str) or not content.strip() or not isinstance(kind, str):
        raise InputError("an attachment is a text or an address, or an object with type and content")
    return kind.lower(), content


def content_of(attachment: tuple[str, str], kinds: Sequence[ItemKind]) -> Content:
    """Return an attachment as content, text or bytes."""
    kind, content = attachment
    if kind in _UNSEEN:
        raise Unsupported(f"attachments of type {kind} have no screen yet")
    is_address = content.startswith(_SCHEMES)
    if kind in _INLINE or (not kind and not is_address and ItemKind.TEXT in kinds):
        if ItemKind.TEXT not in kinds:
            raise InputError(
                f"this task type takes {_either(kinds)}, not an attachment of type {kind or 'text'}"
            )
        return Content(text=content)
    if not is_address:
        raise InputError(f"attachment {content[:80]!r} is no address; upload the file, or give a URL")
    return Content(reference=content, kinds=frozenset(kinds))


MOST_FETCHED = 20
"""Attachments of one task whose bytes are asked for while its program waits."""


def together(params: Params, kinds: Sequence[ItemKind]) -> Content:
    """Return all attachments of a task as one content: they stand beside each other.

    Raises:
        InputError: there is none, or too many are not texts.
        Unsupported: one is of a type that there is no screen for.
    """
    parts = tuple(content_of(one, kinds) for one in attachments_of(params))
    if (fetched := sum(one.reference is not None for one in parts)) > MOST_FETCHED:
        raise InputError(f"{fetched} files are attached; at most {MOST_FETCHED} are shown beside each other")
    return Content(parts=parts)


def _either(kinds: Sequence[ItemKind]) -> str:
    return " or ".join(sorted(kind.value for kind in kinds))


def required(params: Params, name: str, kind: type, says: str) -> Any:
    """Return a parameter that must be there and of a type.

    Raises:
        InputError: it is not.
    """
    value = params.get(name)
    if value is None or value in ("", [], {}):
        raise InputError(f"Please include the {name} parameter: {says}.")
    if not isinstance(value, kind):
        raise InputError(f"The {name} parameter must be {says}.")
    return value


def label_names(name: str, given: Any) -> tuple[str, ...]:
    """Return the names in a list of labels: texts, or objects that hold one; of nested ones, those that may be given.

    Raises:
        InputError: it is no such list.
    """
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise InputError(f"The {name} parameter must be a list of labels.")
    return tuple(dict.fromkeys(found for one in given for found in _names_in(name, one)))


def _names_in(name: str, given: Any) -> list[str]:
    if isinstance(given, str):
        return [given]
    if isinstance(given, Mapping):
        inner = given.get("subchoices") or given.get("subcategories") or given.get("children")
        if inner:
            return list(label_names(name, inner))
        for key in ("choice", "name", "label", "value", "category"):
            if isinstance(given.get(key), str):
                return [given[key]]
    raise InputError(f"The {name} parameter holds a label that is neither a text nor an object with a name.")


def name_of(value: Any, place: int) -> str:
    """Return the stable name of one annotation of an answer."""
    return str(uuid.uuid5(NAMES, f"{place} {msgspec.json.encode(value, order='deterministic').decode()}"))


def listed(response: Params, name: str) -> list[Mapping[str, Any]]:
    """Return a list of objects of a response.

    Raises:
        InputError: it is none.
    """
    found = response.get(name)
    if (
        not isinstance(found, Sequence)
        or isinstance(found, str)
        or not all(isinstance(x, Mapping) for x in found)
    ):
        raise InputError(f"an expected response of this type has a list {name!r} of objects")
    return list(found)
