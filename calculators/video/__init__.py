"""Calculators that read and write video files."""
