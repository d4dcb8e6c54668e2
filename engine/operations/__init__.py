"""What computes tensor operations."""
