"""What the pages of `web/favourites/` say (as `web.texts`)."""
