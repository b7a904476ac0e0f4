"""The outermost room: settings, bootstrap (the only place that sees every layer), the ASGI app and the command line."""
