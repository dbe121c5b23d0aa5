"""What work there is for a worker, on which terms, and what is missing where he may not work yet."""
