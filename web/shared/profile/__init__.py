"""A profile as it is entered: whose it is, what its steps say, what parents will see of it."""
