"""What the pages of `web/about/` say (as `web.texts`)."""
