"""Results: tables of a run from its ledger, and what they cost."""
