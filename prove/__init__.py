"""`make prove`: real processes, killed and loaded beside platforms that keep a journal, and one table."""
