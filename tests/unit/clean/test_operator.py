"""A pipeline has a name that depends on what it does, and on nothing else."""

import json

from groundswell.clean import DropEmptyText, DropExactDuplicates, NormalizeText, fingerprint, recipe_of


def test_equal_pipelines_have_equal_fingerprints() -> None:
    assert fingerprint([DropEmptyText(3)]) == fingerprint([DropEmptyText(min_characters=3)])
    assert len(fingerprint([])) == 64


def test_another_parameter_order_or_step_is_another_pipeline() -> None:
    pipelines = [
        [],
        [DropEmptyText()],
        [DropEmptyText(2)],
        [NormalizeText(), DropEmptyText()],
        [DropEmptyText(), NormalizeText()],
        [DropEmptyText(), DropEmptyText()],
    ]
    assert len({fingerprint(pipeline) for pipeline in pipelines}) == len(pipelines)


def test_a_recipe_is_plain_data() -> None:
    recipe = recipe_of([DropEmptyText(2), DropExactDuplicates()])
    assert recipe == [
        {"name": "empty", "version": "1", "params": {"min_characters": 2}},
        {"name": "exact", "version": "2", "params": {"keep": "first"}},
    ]
    assert json.loads(json.dumps(recipe)) == recipe
