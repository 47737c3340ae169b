"""The import of open data: a file and a small mapping of its fields become published offers.

`mapping` says which field is what, `reading` reads the file, `cleaning` and `placing` mend what open data brings,
`building` makes one offer of one row, `structures` writes them and says what it did, `undoing` takes it back.
Knows the territory and the life of a file; no agrément, no parent.
"""
