"""Scorecards: indicators with weights, what is judged in words, and the templates that they are made from."""
