"""Movement in images."""
