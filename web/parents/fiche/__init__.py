"""The public page of one offer: practical facts of a structure, the week of an assistant maternel."""
