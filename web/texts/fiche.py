"""What the pages of `web/fiche/` say (as `web.texts`)."""

WRITE = "Lui écrire"
WRITE_HINT = "Par Ribambelle\u00a0: ni son adresse ni la vôtre ne sont montrées."
