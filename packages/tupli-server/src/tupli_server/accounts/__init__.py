"""Users, groups and roles: who there is, who belongs together, and who may do what."""
