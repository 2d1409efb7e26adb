"""The standard calculators, found by their registered names like those of any other package."""
