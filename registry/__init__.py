"""The system of record: tables and migrations, the rules of the domain, imports, fictitious data.

It knows every fact, the private ones included, and imports only `settings`. What it makes public
stands in the columns of `offer` and in the timetables; the other rooms read nothing else.
"""
