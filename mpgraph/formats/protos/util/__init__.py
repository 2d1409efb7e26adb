"""Messages of drawing and labels."""
