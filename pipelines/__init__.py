"""How data comes in: contracts, validation, quarantine and idempotent, resumable runs."""
