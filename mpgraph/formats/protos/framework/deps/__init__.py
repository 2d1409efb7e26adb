"""Messages that the framework's own need."""
