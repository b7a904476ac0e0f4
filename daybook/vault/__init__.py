"""Folders of Markdown and their way into Daybook and back, byte for byte. Everything goes through the REST API."""
