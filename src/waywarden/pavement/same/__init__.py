"""Which sightings of several passes are of the same defect, and what the defect is called from then on."""
