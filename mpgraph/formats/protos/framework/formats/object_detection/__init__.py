"""What object detectors need."""
