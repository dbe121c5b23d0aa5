"""Files that people hand in as answers: who may, how much, and who may fetch them."""
