"""What draws tensor operations."""
