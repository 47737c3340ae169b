"""An assistant maternel's own room: where she stands, her profile, her data, her pause and her leaving.

May touch what `web` may. Its forms are the registration's pages over her profile instead of a draft.
"""
