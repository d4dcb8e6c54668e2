"""What every page shares: the page pattern, the reader's session, and the server around the script."""
