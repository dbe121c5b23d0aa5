"""Who may read instructions, and what is drawn on them."""

from datetime import UTC, datetime

import pytest

from groundswell.label.projects.guidelines import may_read, unified, watermark
from groundswell.tenancy.model import Role


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER, Role.ADMIN])
@pytest.mark.parametrize("state", ["draft", "active", "paused", "done"])
def test_who_runs_a_project_reads_its_instructions_always(role, state):
    assert may_read(role, state, locked=True, holds_work=False)


@pytest.mark.parametrize("state", ["active", "paused", "done"])
@pytest.mark.parametrize("locked", [True, False])
def test_who_holds_work_can_always_read_how_to_do_it(state, locked):
    assert may_read(Role.LABELER, state, locked=locked, holds_work=True)


@pytest.mark.parametrize(
    ("state", "locked", "may"),
    [("active", False, True), ("active", True, False), ("paused", False, False), ("done", False, False)],
)
def test_who_labels_reads_instructions_of_active_projects_that_are_not_locked(state, locked, may):
    assert may_read(Role.LABELER, state, locked=locked, holds_work=False) is may


def test_a_watermark_names_the_reader_and_the_minute():
    at = datetime(2026, 11, 22, 8, 5, 59, tzinfo=UTC)
    assert watermark("Lee", "lee@example.org", at) == "Lee · lee@example.org · 2026-11-22 08:05 UTC"


def test_a_diff_names_the_versions_and_the_lines():
    assert unified("a\nb", "a\nc", 1, 2).splitlines() == [
        "--- version 1",
        "+++ version 2",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
    ]
    assert unified("a", "a", 1, 2) == ""
