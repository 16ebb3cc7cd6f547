"""SQL by hand, where a measurement showed what it saves (decision 0018)."""
