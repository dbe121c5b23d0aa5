"""Commissions: tasks that a customer's own program asks for, one by one, and gets back completed.

What is asked is an ordinary task of an ordinary project, labelled in the workspace by people and models. A commission
is what the program knows of it: its parameters, names, tags, and where to call back.
"""
