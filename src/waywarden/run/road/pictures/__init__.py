"""Pictures of road damage that are kept: taken out of the sealed process, and looked up again."""
