"""The local Slack: Web API and Socket Mode on 127.0.0.1, as strict as the real one."""
