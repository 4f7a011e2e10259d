"""The demo's page: the local Slack in a browser, served on loopback, built on first use."""
