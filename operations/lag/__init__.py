"""Consumer lag, seen from outside the workers: how far behind, how long, does it move."""
