"""REST of people: me, projects, members, tokens, health."""
