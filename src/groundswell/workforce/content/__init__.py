"""What people may be exposed to: consent for each class of content, and how much of it in a day and a week."""

from groundswell.workforce.content.service import count_exposures

__all__ = ["count_exposures"]
