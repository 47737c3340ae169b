"""Help for those far from screens: the nearest places with people who help, and a guide to print. Open to everybody."""
