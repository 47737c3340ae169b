"""What is offered: profiles, timetables, how long a word counts, employers, relais, readings of a fiche.

Knows the territory, accounts, cases and files below it; no agrément, no parent.
"""
