"""What one parameter may hold and how its text is read; the value that a request becomes; its cursor. Pure.

May touch the ground alone: whether a code is anybody's is asked later.
"""
