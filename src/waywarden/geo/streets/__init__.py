"""The street network: chainages, street segments between junctions, and which street a drive was on."""
