"""Pictures in the terminal: pixel for pixel, in whichever way the terminal can show them."""
