"""Questions on every page, made from random numbers by the engine that the page itself uses."""
