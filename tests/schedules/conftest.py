"""The company, with nothing in it but errands, or but a daily alarm."""

import pytest

from tests.company import Chat
from tests.schedules.errands import alarms, feature, only


@pytest.fixture
def errands(chat: Chat) -> Chat:
    """Errands, on SQLite."""
    return only(chat, feature)


@pytest.fixture
def any_errands(any_chat: Chat) -> Chat:
    """Errands, on each database."""
    return only(any_chat, feature)


@pytest.fixture
def any_alarms(any_chat: Chat) -> Chat:
    """A daily alarm for everyone, on each database."""
    return only(any_chat, alarms)
