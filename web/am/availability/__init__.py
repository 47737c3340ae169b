"""The pages of a timetable, for her and for the employer who keeps it, and the one-tap links of the reminders.

May touch what `web` may. Every page works without JavaScript: copying a day and the ready-made weeks are buttons of the
form, which the script only does without a round trip.
"""
