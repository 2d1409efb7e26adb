"""Calculators that make, run and read tensors in the way before `Tensor`: ``TfLiteTensor``."""
