"""The archive's git repository: called safely, its objects, this clone's settings, runs recorded as commits."""
