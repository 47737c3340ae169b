"""What the site says of itself: what is shown and why, privacy, accessibility, legal notices."""
