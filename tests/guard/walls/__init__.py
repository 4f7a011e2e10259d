"""Tests of the walls, layer by layer; what they hold together is tried in tests/attacks."""
