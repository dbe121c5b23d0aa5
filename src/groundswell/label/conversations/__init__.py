"""Conversations that go on with a model: who may ask it, what it is asked, what it said and what that cost."""
