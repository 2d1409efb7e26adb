"""Calculators that convert and load."""
