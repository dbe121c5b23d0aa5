"""`/v1`: one file for each family of routes."""

from groundswell.http.scale.v1 import batches, files, projects, quality, studio, tasks, teams

OPEN = (
    *tasks.ROUTES,
    *projects.ROUTES,
    *batches.ROUTES,
    *files.ROUTES,
    *quality.ROUTES,
    *teams.ROUTES,
    *studio.ROUTES,
)
"""Routes that do what they say: every one that the official client calls."""
