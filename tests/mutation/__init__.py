"""Every small mistake that could be made in who may see what is made, and must be noticed."""
