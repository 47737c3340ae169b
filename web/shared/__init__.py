"""What several audiences show: sign-in, the search's form, cards, maps, the fiche and its week, the profile's form.

Knows `core`; no audience.
"""
