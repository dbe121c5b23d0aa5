"""Labelling by people and models: projects, tasks, leases, annotations, reviews, delivery."""

from groundswell.label.model import Project, ProjectSpec, ProjectState, Receipt, Skip, Submit, Work

__all__ = ["Project", "ProjectSpec", "ProjectState", "Receipt", "Skip", "Submit", "Work"]
