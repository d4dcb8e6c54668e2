"""What asks and explains gradient-based optimization."""
