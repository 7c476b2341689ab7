"""What is served: settings, wiring, use cases, HTTP, command line and console."""
