"""Resolved profiles: traits labelled with their source entity, category and kind; never an identifier."""
