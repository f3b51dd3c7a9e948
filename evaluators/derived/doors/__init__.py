"""Front doors: what there is, who is let in, what stands before them, and whether it can be passed by."""
