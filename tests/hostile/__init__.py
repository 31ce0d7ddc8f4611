"""Tens of thousands of hostile deliveries, cheap enough for every run of the tests."""
