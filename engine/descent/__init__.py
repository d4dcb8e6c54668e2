"""What computes gradient-based optimization."""
