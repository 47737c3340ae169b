"""Movements of agréments: what a département tells the Caf of retraits, suspensions, levées and cessations.

A file or a call of the API becomes rows (`reading`), each is matched (`matching`) and judged against what is known of
its agrément (`timeline`, `planning`); `applying` lets them take effect, at once or on their day.
"""

from registry.agrements.movements.applying import apply_due, rematch

__all__ = ["apply_due", "rematch"]
