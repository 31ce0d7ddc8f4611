"""Slack: hears, draws and speaks there."""
