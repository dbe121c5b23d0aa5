"""`/v1`: one file for each family of routes."""

from groundswell.http.scale.v1 import batches, files, projects, tasks

ROUTES = (*tasks.ROUTES, *projects.ROUTES, *batches.ROUTES, *files.ROUTES)
