"""What draws gradient-based optimization."""
