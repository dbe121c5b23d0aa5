"""The project that the unit tests of learning speak of: two classes, two answers to each task."""

from datetime import UTC, datetime

from groundswell.label.projects.model import Project

PETS = Project(
    id=1,
    name="pets",
    kind="text_choice",
    state="active",
    dataset="pets",
    dataset_version=1,
    ontology_version=1,
    guideline_version=1,
    answers=2,
    max_answers=7,
    target_probability=None,
    lease_seconds=900,
    price_cents=0,
    priority=0,
    models="propose",
    purpose="production",
    requirements={},
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    classes=["cat", "dog"],
    options={},
    instructions="",
)
