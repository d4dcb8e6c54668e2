"""Asks and explains: widgets in, engine call, figure out."""
