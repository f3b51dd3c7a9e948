"""Programs for those who work on the project: generated pages, scaffolds, data cut at build time."""
