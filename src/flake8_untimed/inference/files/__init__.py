"""The files of a project: where they are, and what their texts tell. Nothing here is parsed."""
