"""Where traits are kept: SQL tables with sealed values."""
