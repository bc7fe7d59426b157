"""Documents as versions: JSON Schema, OpenAPI 3.0 and 3.1, and tools of MCP, compared part by part."""
