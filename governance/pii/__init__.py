"""Finds identifiers of people where none are promised: `governance.pii.scan`."""
