"""Data that comes in by itself or by file: whose it is, which key results it moves, and who says it is wrong."""
