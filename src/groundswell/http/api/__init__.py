"""`/api/v1`: the workspace and its management, one handler for each endpoint."""

from groundswell.http.api import (
    batches,
    certificates,
    exports,
    keys,
    me,
    members,
    people,
    predictors,
    projects,
    reviews,
    schema,
    session,
    setup,
    signals,
    tasks,
    work,
    workers,
)

ENDPOINTS = (
    *work.ENDPOINTS,
    *session.ENDPOINTS,
    *projects.ENDPOINTS,
    *setup.ENDPOINTS,
    *batches.ENDPOINTS,
    *tasks.ENDPOINTS,
    *exports.ENDPOINTS,
    *certificates.ENDPOINTS,
    *predictors.ENDPOINTS,
    *workers.ENDPOINTS,
    *people.ENDPOINTS,
    *members.ENDPOINTS,
    *me.ENDPOINTS,
    *schema.ENDPOINTS,
    *reviews.ENDPOINTS,
    *signals.ENDPOINTS,
    *keys.ENDPOINTS,
)
"""Every endpoint that acts for a signed-in member."""
