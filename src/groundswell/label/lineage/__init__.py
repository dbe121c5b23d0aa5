"""Lineage through people: from an item to who labelled it, from an annotator to all that rests on the answers."""
