"""What an operator runs from a clone of the repository: nothing of it is in the image.

Touches none of our rooms.
"""
