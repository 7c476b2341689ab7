"""What people come for: each function is one job in one transaction, over the composed application."""
