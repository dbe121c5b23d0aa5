"""Models of others at work in a project: which, at what price, and what they answered."""
