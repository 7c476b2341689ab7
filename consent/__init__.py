"""May we, and why: agreements between companies and the append-only ledger of what each person permits."""
