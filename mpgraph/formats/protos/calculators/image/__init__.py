"""Messages of calculators on images."""
