"""Sign-in, the gate of every route, the frame of every page."""
