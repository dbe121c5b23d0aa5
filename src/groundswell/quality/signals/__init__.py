"""Signals that somebody's answers deserve a look by a person: haste, constancy, copying, drift. Pure arrays.

`find` puts the four together; `judged` says what is compared with what, `tails` how surprising it is.
"""
