"""What parents start: messages to assistants maternels, saved needs, reports of errors.

Knows the houses below: territory, accounts, cases, offers, agréments.
"""
