"""What computes what readers type."""
