"""What asks and explains tensor operations."""
