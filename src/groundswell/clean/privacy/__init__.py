"""Finding what names a person or opens a door, and taking it out."""
