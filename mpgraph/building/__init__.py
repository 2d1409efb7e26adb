"""How the wheel is built: not used by anything that runs."""
