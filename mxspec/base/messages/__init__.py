"""Messages: reasons, problems and values as text for people, and as JSON for programs."""
