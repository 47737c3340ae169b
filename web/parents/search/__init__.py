"""The parents' search: the form that the address holds, the places it may mean, its results; over the search API."""
