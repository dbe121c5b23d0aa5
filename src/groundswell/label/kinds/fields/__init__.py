"""What is filled in beside or instead of classes: values and their bounds, attributes, criteria, conditions."""
