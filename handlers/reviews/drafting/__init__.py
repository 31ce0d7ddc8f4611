"""A first draft of a review, made from the record alone; with a language model, if the company has one, reworded."""
