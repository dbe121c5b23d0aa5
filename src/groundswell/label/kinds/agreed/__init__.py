"""What several answers of one kind come to: how far they are apart, their merge, and the inference of a project."""
