"""Made-up survey drives whose damage is known: sightings with a drifting GPS, and how well they are told apart."""
