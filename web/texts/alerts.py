"""What the pages of `web/alerts/` say (as `web.texts`)."""
