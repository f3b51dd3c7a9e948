"""Models and what answers with one: agents, flows, profiles, orchestrators."""
