"""Made-up rides: a car over a road of known roughness with known potholes, felt by a phone."""
