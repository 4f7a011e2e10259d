"""reportops: every client's report in that client's Slack channel, on time and right."""
