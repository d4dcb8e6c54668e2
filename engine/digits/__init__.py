"""What computes digits: the data set, drawings, photos."""
