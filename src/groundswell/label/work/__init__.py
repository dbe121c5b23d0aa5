"""The work itself: tasks are leased, answers come in, receipts go out."""
