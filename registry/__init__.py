"""The system of record: one schema, its migrations, and the rules over it, in houses (docs/architecture.md).

It knows every fact, the private ones included, and touches only settings and domain. What may reach the index is what
its functions of documents give; staff and each person read the rest through its houses.
"""
