"""What the pages behind a sign-in share: who is there, what they may open, how a form is read, how a page is made.

May touch what `web` may. The rooms behind it (registration, space, moderation, …) are packages beside this one.
"""
