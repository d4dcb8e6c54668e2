"""What draws what readers type."""
