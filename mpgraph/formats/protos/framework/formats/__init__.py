"""Messages that travel in packets."""
