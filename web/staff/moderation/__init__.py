"""The moderators' rooms: the queue, a request beside the copy of its agrément, the figures.

May touch what `web` may.
"""
