"""Fair words: published rules look at a review before it is handed in, and advise its author."""
