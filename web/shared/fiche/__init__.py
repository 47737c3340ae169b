"""A fiche and its week, as parents read it and as its owner sees it before anybody does. Pure functions over a card."""
