"""Messages that calculators send."""
