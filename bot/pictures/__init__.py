"""Pictures: a chart becomes a specification in its reader's language, and that a PNG, in a process of its own."""
