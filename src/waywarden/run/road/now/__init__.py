"""How road damage stands now, kept up to date with the ledger, the sightings and the inspections."""
