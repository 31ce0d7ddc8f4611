"""Goals go out to Excel and come back, with the difference shown first."""
