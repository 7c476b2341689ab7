"""An RFC 6962 journal with C2SP checkpoints; imports nothing else of ours, so that a proof can be checked alone."""
