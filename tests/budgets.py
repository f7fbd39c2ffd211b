"""What every page and list costs before it asks for anything."""

MOMENT = 3
"""Queries that begin and end the moment an answer comes from: two of the transaction, one of its rules."""
