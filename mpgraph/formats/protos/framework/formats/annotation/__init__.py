"""Places in images and videos."""
