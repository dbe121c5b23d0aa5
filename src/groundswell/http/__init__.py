"""The HTTP edge: parse, permit, call one service function, shape the answer."""
