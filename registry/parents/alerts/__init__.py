"""Saved needs: "tell me when a place opens". Asked on a page, confirmed by mail, told of openings, ended by one click.

`asking` saves and confirms a need, `changes` and `matching` keep what answers it up to date, `telling` queues the
mails, `merging` follows communes that merge, `ending` stops, warns and forgets. The searches themselves are made by
jobs/alerts.py. Callers commit.
"""
