"""The life of a file that changes many rows: read, previewed row by row, applied once, taken back, its outcomes kept.

`runs` keeps what became of a file and of each of its rows. What a row means, whom it is about and what it does is for
the houses above (agrements, imports, legacy); nothing here knows them.
"""
