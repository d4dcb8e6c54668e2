"""What draws digits: the data set, drawings, photos."""
