"""When somebody is asked about a key result, and when their manager hears of it."""
