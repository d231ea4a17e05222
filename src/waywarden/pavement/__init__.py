"""Road damage: the same defect found again, its life in a ledger, the pavement's condition, the policy. Pure."""
