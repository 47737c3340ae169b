"""Movements of agréments on the site: the Caf's pages, what a relais may see of them, the départements' API."""
