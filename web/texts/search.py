"""What the pages of `web/search/` say (as `web.texts`)."""
