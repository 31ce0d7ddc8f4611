"""What Upbeat can do: the features, in the order in which `help` lists them."""

from handlers import checkins, one_on_ones, organisation, people, reminders
from handlers.kit.features import Feature

FEATURES: tuple[Feature, ...] = (checkins.feature, one_on_ones.feature, people.feature, organisation.feature, reminders.feature)
