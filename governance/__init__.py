"""Was it allowed, and prove it: policy, disclosure gate, pseudonyms, keys, vault and journal."""
