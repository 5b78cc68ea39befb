"""The vocabulary of what falls due: timers, alarms, reminders and whatever else must outlive a power cut."""

from assistant.agenda import Agenda, Entry
from assistant.moments import Planned, moment, spoken, spoken_days, spoken_length

__all__ = ["Agenda", "Entry", "Planned", "moment", "spoken", "spoken_days", "spoken_length"]
