"""Finding rows that are copies of each other: candidates by key, compared, clustered, and one of each kept."""
