"""`/v2`: one file for each family of routes that is served whole."""

from groundswell.http.scale.v2 import batches, datasets, deliveries, projects, tasks

OPEN = (*projects.ROUTES, *batches.ROUTES, *tasks.ROUTES, *deliveries.ROUTES, *datasets.ROUTES)
"""Routes that do what they say."""
