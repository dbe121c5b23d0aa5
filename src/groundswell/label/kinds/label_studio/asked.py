"""What one control asks: a field of a form, an attribute of a region, or a criterion. Pure."""

from typing import Any

from groundswell.errors import InputError
from groundswell.label.kinds.label_studio.parsing import Control, paths_of, values_of

MOST_STARS = 5
"""What a rating goes up to unless it says otherwise."""


def field(control: Control) -> dict[str, Any]:
    """Return the field of a form that a control of the whole item is."""
    made: dict[str, Any] = {"name": control.name, **_value(control)}
    title = control.get("label") or control.get("title")
    if title:
        made["title"] = title
    if control.get("placeholder") or control.get("hint"):
        made["hint"] = control.get("hint") or control.get("placeholder")
    if control.is_on("required"):
        made["required"] = True
    if control.when:
        made["when"] = control.when
    return made


def attribute(control: Control) -> dict[str, Any]:
    """Return the attribute of a region that a control of regions is.

    Raises:
        InputError: a date, or a condition on what else was chosen, which attributes do not have.
    """
    made = _value(control)
    if made["kind"] == "scale":
        made["kind"] = "number"
    if made["kind"] in ("date", "datetime") or control.when:
        raise InputError(
            f"<{control.tag} name={control.name!r}> cannot be asked of each region: "
            "no dates there, and no conditions but whenLabelValue"
        )
    required = {"required": True} if control.is_on("required") else {}
    return {"name": control.name, **made, **required, **({"of": list(control.of)} if control.of else {})}


def criterion(control: Control) -> dict[str, Any]:
    """Return the criterion that a rating is."""
    return {"name": control.name, "low": 1, "high": _most_stars(control)}


def _most_stars(control: Control) -> int:
    most = control.get("maxRating") or str(MOST_STARS)
    if not most.isdecimal() or not 2 <= int(most) <= 100:
        raise InputError(
            f"<Rating name={control.name!r}> goes to maxRating={most[:20]!r}; 2 to 100 can be shown"
        )
    return int(most)


def _value(control: Control) -> dict[str, Any]:
    """Return the kind of value that a control asks for, with its bounds."""
    match control.tag:
        case "Choices":
            several = control.get("choice") == "multiple"
            return {"kind": "choices" if several else "choice", "values": values_of(control, "Choice")}
        case "Taxonomy":
            several = control.get("maxUsages") != "1"
            paths = paths_of(control, leaves=control.is_on("leafsOnly"))
            return {"kind": "choices" if several else "choice", "values": paths}
        case "Rating":
            return {"kind": "scale", "low": 1, "high": _most_stars(control)}
        case "Number":
            return {"kind": "number", **_bounds(control)}
        case "DateTime":
            only = control.get("only")
            if only not in ("", "date"):
                raise InputError(
                    f"<DateTime name={control.name!r}> asks for only={only[:20]!r}; here date, or both"
                )
            return {"kind": "date" if only else "datetime"}
        case _:
            return {"kind": "text"}


def _bounds(control: Control) -> dict[str, float]:
    """Return the bounds of a number."""
    found = {}
    for ours, theirs in (("low", "min"), ("high", "max")):
        given = control.get(theirs)
        if given:
            try:
                found[ours] = float(given)
            except ValueError:
                raise InputError(
                    f"<Number name={control.name!r}> has {theirs}={given[:20]!r}, no number"
                ) from None
    return found
