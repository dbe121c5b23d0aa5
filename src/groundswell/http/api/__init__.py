"""`/api/v1`: the workspace and its management, one handler for each endpoint."""

from groundswell.http.api import keys, projects, session, work, workers

ENDPOINTS = (
    *session.ENDPOINTS,
    *projects.ENDPOINTS,
    *work.ENDPOINTS,
    *workers.ENDPOINTS,
    *keys.ENDPOINTS,
)
"""Every endpoint that acts for a signed-in member."""
