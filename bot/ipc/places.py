"""Where the broker itself answers in a run's own network."""

MODEL, MODEL_PORT = "127.8.0.2", 80
MODEL_URL = f"http://{MODEL}"
"""Where the model is asked with the shared key, which the run never sees."""
PROXY, PROXY_PORT = "127.8.0.1", 3128
PROXY_URL = f"http://{PROXY}:{PROXY_PORT}"
"""Where the CONNECT proxy listens, for hosts that are known by their ending alone."""
