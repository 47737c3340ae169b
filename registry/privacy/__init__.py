"""What a person may take along, and what is deleted when she leaves.

It touches every house, so it stands above them.
"""
