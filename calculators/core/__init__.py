"""Calculators that route packets, whatever they hold."""
