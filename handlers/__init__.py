"""What Upbeat can do: the features, in the order in which `help` lists them."""

from handlers import checkins, people, reminders
from handlers.kit.features import Feature

FEATURES: tuple[Feature, ...] = (checkins.feature, people.feature, reminders.feature)
