"""What Upbeat can do: the features, in the order in which `help` lists them."""

from handlers import (
    checkins,
    delegation,
    feedback,
    goals,
    kudos,
    one_on_ones,
    organisation,
    people,
    preferences,
    reminders,
    reviews,
)
from handlers.kit.features import Feature

FEATURES: tuple[Feature, ...] = (
    checkins.feature,
    goals.feature,
    kudos.feature,
    feedback.feature,
    one_on_ones.feature,
    reviews.feature,
    delegation.feature,
    people.feature,
    organisation.feature,
    reminders.feature,
    preferences.feature,
)
