"""Forms about something: `textcollection`, `transcription`, `datacollection` and `comparison`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from groundswell.errors import InputError, Unsupported
from groundswell.items import ItemKind
from groundswell.label.commissions.asked import (
    Content,
    FileName,
    Params,
    Response,
    TaskType,
    Wanted,
    attached,
    label_names,
    listed,
    required,
    together,
)
from groundswell.label.commissions.schemas import TEXT, JsonSchema, list_of, object_of, one_of
from groundswell.label.commissions.types import workspaces
from groundswell.label.kinds import Answer, Shown
from groundswell.label.kinds.fields.files import digests_in, is_digest

KINDS = (ItemKind.TEXT, ItemKind.IMAGE, ItemKind.AUDIO)

Spec = dict[str, Any]

ROWS = "row_fields"
"""The field of a form that holds the rows of a transcription."""


class TextCollection(TaskType):
    """A form about one attachment, or several beside each other, with fields that may depend on others."""

    names: ClassVar[tuple[str, ...]] = ("textcollection",)
    has_files: ClassVar[bool] = True

    def content(self, params: Params) -> Content:
        """Return the attachment, or several beside each other."""
        found = together(params, KINDS)
        return found if len(found.parts) > 1 else found.parts[0]

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return the fields of a form."""
        given = required(params, "fields", list, "a list of fields")
        return Wanted("form", options={"fields": [_field(one) for one in given]})

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return an annotation for each field that is filled in, by its id."""
        asked = {one["field_id"]: one for one in params["fields"]}
        return {
            "annotations": {
                name: {
                    "field_id": name,
                    "type": asked[name]["type"],
                    "response": _as_entries(_field(asked[name]), value),
                }
                for name, value in answer["fields"].items()
            }
        }

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the fields."""
        said = response.get("annotations")
        if not isinstance(said, Mapping):
            raise InputError(
                "an expected response of a textcollection has an object 'annotations' by field_id"
            )
        specs = {one["field_id"]: _field(one) for one in required(params, "fields", list, "a list of fields")}
        return {"fields": {name: _from_texts(specs.get(name), one) for name, one in said.items()}}

    def handed(self, params: Params, answer: Answer) -> Collection[str]:
        """Return the files of fields of type file."""
        return set(digests_in(answer["fields"], self.wanted(params, {}).options["fields"]))

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there is an annotation for each field, those that are required and shown always."""
        fields = {
            one["name"]: object_of(
                {"field_id": one_of([one["name"]]), "type": TEXT, "response": list_of(list_of(TEXT))}
            )
            for one in wanted.options["fields"]
        }
        return object_of({"annotations": object_of(fields, optional=_may_be_empty(wanted))})


class Transcription(TaskType):
    """Texts in an attachment, each in a field; of `repeatable_fields` any number; of `row_fields` rows of a table."""

    names: ClassVar[tuple[str, ...]] = ("transcription",)

    def content(self, params: Params) -> Content:
        """Return the attachment."""
        return attached(params, KINDS)

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return a text field for each name, and one that holds the rows."""
        columns = _row_fields(params)
        given = params.get("fields") or {}
        if not isinstance(given, Mapping) or not (given or columns):
            given = required(params, "fields", Mapping, "an object of fields")
        repeated = params.get("repeatable_fields") or {}
        if not isinstance(repeated, Mapping):  # names of fields
            repeated = {name: given.get(name) for name in label_names("repeatable_fields", repeated)}
        every = {**given, **repeated}
        fields = [_text_field(name, one, name in repeated) for name, one in every.items()]
        return Wanted("form", options={"fields": [*fields, *columns]})

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the fields, and the rows where those are asked for."""
        fields = dict(answer["fields"])
        if not params.get("row_fields"):
            return {"fields": fields}
        rows = [dict(row) for row in fields.pop(ROWS, ())]
        return {"fields": fields, "rows": rows}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the fields, and the rows."""
        if not params.get("row_fields"):
            return _fields_of(response)
        rows = listed(response, "rows") if response.get("rows") else []
        found = _fields_of({"fields": {}, **response})["fields"]
        return {"fields": {**found, **({ROWS: rows} if rows else {})}}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there is a text for each field, or a list of them; and rows where those are asked for."""
        asked = wanted.options["fields"]
        fields = {
            one["name"]: list_of(TEXT) if one.get("several") else TEXT
            for one in asked
            if one["kind"] != "rows"
        }
        columns = [one["name"] for of in asked if of["kind"] == "rows" for one in of["fields"]]
        rows = {"rows": list_of(object_of(dict.fromkeys(columns, TEXT), optional=columns))} if columns else {}
        return object_of({"fields": object_of(fields, optional=list(fields)), **rows})


class DataCollection(Transcription):
    """Facts that people look up, each in a field, beginning with what is attached."""

    names: ClassVar[tuple[str, ...]] = ("datacollection",)


class Comparison(TaskType):
    """Which of some answers is right for a few attachments beside each other."""

    names: ClassVar[tuple[str, ...]] = ("comparison",)

    def content(self, params: Params) -> Content:
        """Return the attachments beside each other."""
        return together(params, KINDS)

    def wanted(self, params: Params, shown: Shown) -> Wanted:
        """Return a form with the one choice."""
        choices = label_names("choices", required(params, "choices", list, "a list of choices"))
        choice = {"name": "choice", "kind": "choice", "values": list(choices), "required": True}
        return Wanted("form", options={"fields": [choice]})

    def response(self, params: Params, answer: Answer, shown: Shown) -> Response:
        """Return the choice."""
        return {"choice": answer["fields"]["choice"]}

    def answer(self, params: Params, response: Params, shown: Shown) -> Answer:
        """Return the choice."""
        return {"fields": {"choice": response.get("choice")}}

    def response_schema(self, wanted: Wanted) -> JsonSchema:
        """Return that there is the choice."""
        (choice,) = wanted.options["fields"]
        return object_of({"choice": one_of(choice["values"])})


# ── fields ───────────────────────────────────────────────────────────────────────────────────────


def _row_fields(params: Params) -> list[Spec]:
    """Return the field that holds the rows, where those are asked for."""
    given = params.get("row_fields")
    if not given:
        return []
    if not isinstance(given, Mapping):
        raise InputError("The row_fields parameter must be an object of fields.")
    taken = [
        params[name] for name in ("fields", "repeatable_fields") if isinstance(params.get(name), Mapping)
    ]
    if any(ROWS in names for names in taken):
        raise InputError(f"No field can be called {ROWS!r} where there are row_fields.")
    columns = [_text_field(name, one, several=False) for name, one in given.items()]
    return [{"name": ROWS, "title": "Rows", "kind": "rows", "fields": columns}]


def _text_field(name: str, given: Any, several: bool) -> Spec:
    hint = given.get("description") if isinstance(given, Mapping) else given
    said = {"hint": hint[:5_000]} if isinstance(hint, str) and hint else {}
    return {"name": name, "kind": "text", **said, **({"several": True} if several else {})}


def _may_be_empty(wanted: Wanted) -> list[str]:
    """Return the fields that an answer may lack: all but those that are required, whatever else is said."""
    return [one["name"] for one in wanted.options["fields"] if not one.get("required") or one.get("when")]


def _fields_of(response: Params) -> Answer:
    said = response.get("fields")
    if not isinstance(said, Mapping):
        raise InputError("an expected response of this type has an object 'fields'")
    return {"fields": dict(said)}


_KINDS = {
    "text": "text",
    "number": "number",
    "category": "choice",
    "boolean": "flag",
    "date": "date",
    "datetime": "datetime",
    "ranking_order": "rank",
    "linear_scale": "scale",
    "url": "url",
    "file": "file",
    workspaces.TYPE: "rows",
}
"""Types of the fields of a textcollection, and as what they are filled in."""


def _field(given: Any) -> Spec:
    if not isinstance(given, Mapping) or not isinstance(given.get("field_id"), str):
        raise InputError("Each of the fields must be an object with field_id, type and title.")
    name, kind = given["field_id"], given.get("type")
    if kind not in _KINDS:
        raise Unsupported(
            f"field {name[:80]!r} is of type {str(kind)[:40]}, which has no screen yet; known: {', '.join(_KINDS)}"
        )
    spec: Spec = {"name": name, "kind": _KINDS[kind]}
    spec |= {"title": given["title"]} if given.get("title") else {}
    if hint := _hint(given):
        spec["hint"] = hint
    spec |= _several(name, given, _bounds(name, kind, given))
    if given.get("required"):
        spec["required"] = True
    if conditions := given.get("conditions"):
        spec["when"] = _condition(name, conditions)
    return spec


def _hint(given: Mapping[str, Any]) -> str:
    """Return what is said below the title.

    That is a description, a hint, where a workspace is, and what stands before and behind a number.
    """
    said = [given.get(of) for of in ("description", "hint")]
    if given.get("type") == workspaces.TYPE:
        said.append(workspaces.address_of(given["field_id"], given))
    ends = [one for of in ("prefix", "suffix") if isinstance(one := given.get(of), str) and one]
    return "\n".join(one for one in (*said, " … ".join(ends)) if isinstance(one, str) and one)[:5_000]


def _several(name: str, given: Mapping[str, Any], bounds: Spec) -> Spec:
    """Return the bounds of a field, which are of its entries' number where it takes several."""
    least, most = given.get("min_responses_required") or 0, given.get("max_responses_required") or 1
    if not isinstance(most, int) or not isinstance(least, int):
        raise InputError(
            f"min_responses_required and max_responses_required of field {name[:80]!r} are whole numbers"
        )
    if most <= 1:
        return bounds
    if bounds.keys() & {"least", "most"}:
        raise Unsupported(
            f"field {name[:80]!r} takes several responses, and no bounds of each beside that; leave them out"
        )
    return {**bounds, "several": True, "least": least, "most": most}


def _bounds(name: str, kind: str, given: Mapping[str, Any]) -> Spec:
    if kind == workspaces.TYPE:
        return {"fields": workspaces.columns_of(name, given)}
    if kind in ("category", "ranking_order"):
        most = given.get("max_choices", 1)
        spec: Spec = {"values": [_choice(name, one) for one in _list_of(name, given.get("choices"))]}
        if kind == "category" and (not isinstance(most, int) or most > 1):
            spec |= {"kind": "choices"} | ({"most": most} if isinstance(most, int) else {})
            spec |= {"least": given["min_choices"]} if given.get("min_choices") else {}
        return spec
    names = {
        "text": (("least", "min_characters"), ("most", "max_characters")),
        "number": (("low", "min"), ("high", "max")),
        "linear_scale": (("low", "min"), ("high", "max")),
    }
    return {key: given[of] for key, of in names.get(kind, ()) if given.get(of) is not None}


def _list_of(name: str, given: Any) -> Sequence[Any]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise InputError(f"field {name[:80]!r} needs a list of choices")
    return given


def _choice(name: str, given: Any) -> Any:
    if isinstance(given, str):
        return given
    value = given.get("value", given.get("label")) if isinstance(given, Mapping) else None
    if not isinstance(value, str):
        raise InputError(
            f"field {name[:80]!r} has a choice that is neither a text nor an object with value and label"
        )
    return {"value": value, "title": str(given.get("label", value))}


def _condition(name: str, given: Any) -> dict[str, Any]:
    """Return when a field is shown: where each of some other fields has one of some values.

    A condition is `{field_id: [values]}`, or an object with `field_id` and `value` or `values`; of a list of them,
    one must hold.
    """
    if isinstance(given, Sequence) and not isinstance(given, str):
        return {"any": [_condition(name, one) for one in given]}
    if not isinstance(given, Mapping) or not given:
        raise InputError(
            f"the conditions of field {name[:80]!r} are objects of other fields and their values"
        )
    if "field_id" in given:
        return _leaf(given["field_id"], given.get("values", given.get("value")))
    return {"all": [_leaf(field, values) for field, values in given.items()]}


def _leaf(field: Any, values: Any) -> dict[str, Any]:
    return {"field": field, "is": values if isinstance(values, list) else [values]}


def _as_entries(spec: Spec, value: Any) -> list[list[str]]:
    """Return a value as its entries, one unless the field takes several; each a list of texts."""
    if spec["kind"] == "rows":
        return workspaces.as_lists(value, _file)
    entries = value if spec.get("several") else [value]
    if spec["kind"] == "file":
        return [[_file(one)] for one in entries]
    return [_as_texts(one) for one in entries]


def _file(value: str) -> str:
    return FileName(value) if is_digest(value) else value


def _as_texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _from_texts(spec: Spec | None, given: Any) -> Any:
    if spec is None:
        raise InputError("an expected response fills in a field that the task has not")
    said = given.get("response") if isinstance(given, Mapping) else given
    if spec["kind"] == "rows":
        return workspaces.from_lists(said)
    if spec.get("several"):
        return [_entry(spec, one) for one in (said if isinstance(said, list) else [said])]
    return _entry(spec, said)


def _entry(spec: Spec, said: Any) -> Any:
    while isinstance(said, list) and len(said) == 1 and isinstance(said[0], list):
        said = said[0]
    values = said if isinstance(said, list) else [said]
    if spec["kind"] in ("choices", "rank"):
        return values
    if len(values) != 1:
        raise InputError(f"field {spec['name'][:80]!r} has one value in a response, {len(values)} given")
    return _typed(spec, values[0])


def _typed(spec: Spec, value: Any) -> Any:
    if not isinstance(value, str) or spec["kind"] not in ("number", "scale", "flag"):
        return value
    if spec["kind"] == "flag":
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return int(value) if value.lstrip("-").isdigit() else float(value)
    except ValueError:
        raise InputError(f"field {spec['name'][:80]!r} is a number; got {value[:40]!r}") from None
