"""Labelling by people and models: projects, tasks, leases, annotations, reviews, delivery."""

from groundswell.label.projects.model import Project, ProjectSpec, ProjectState
from groundswell.label.work.model import Receipt, Skip, Submit, Work

__all__ = ["Project", "ProjectSpec", "ProjectState", "Receipt", "Skip", "Submit", "Work"]
