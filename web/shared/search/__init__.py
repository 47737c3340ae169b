"""The search's form: fields of the address, the need, filters and their counts, the places that were typed."""
