"""The HTTP API: FastAPI routers over the use cases, problems for errors."""
