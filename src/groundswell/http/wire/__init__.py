"""What crosses the wire; stages never import these."""
