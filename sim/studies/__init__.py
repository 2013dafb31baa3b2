"""Deciding under uncertainty: scenarios held against each other on common luck.

Everything here asks ``trial`` for runs and does arithmetic on what comes back; nothing prints,
draws or writes.
"""
