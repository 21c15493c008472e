"""REST of tasks, queues and reviews: parse, ask, answer."""
