"""Labelling projects: what is asked, over which tasks, and where each is in its life."""
