"""From a project's answers to a labelled dataset version, with its lineage and its certificate."""
