"""A second look: reviewers' verdicts on labels."""
