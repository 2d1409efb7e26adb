"""Calculators that make, run and read tensors."""
