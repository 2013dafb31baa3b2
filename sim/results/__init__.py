"""Results: from the ledger to tables and money."""
