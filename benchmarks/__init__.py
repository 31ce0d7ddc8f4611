"""How fast Upbeat is, always beside something else in the same run."""
