"""What a project looks like from above: how far, how fast, how good, at what price."""
