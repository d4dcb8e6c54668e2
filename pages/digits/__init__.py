"""What asks and explains digits: the data set, drawings, photos."""
