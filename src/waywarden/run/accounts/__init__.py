"""Accounts: who may write through the API, how they sign in, and how what they write gets into the ledger."""
