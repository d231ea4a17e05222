"""The road's half of the command line: made-up drives, the ledger, the policy."""
