"""Evidence: what the record holds for the time of a review, cited in what is written and opened by who reads it."""
