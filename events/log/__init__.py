"""The log: envelope, guarded append, fast reading, sealing, upcasting, and the projection runner."""
