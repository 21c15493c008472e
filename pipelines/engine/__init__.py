"""The engine, pure: graph, validation, plan and state machine. Never imports Django."""
