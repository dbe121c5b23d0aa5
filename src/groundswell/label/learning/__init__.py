"""What a project has learnt: labels inferred, models trained, tasks settled, the next questions planned."""
