"""What the pages of `web/fiche/` say (as `web.texts`)."""
