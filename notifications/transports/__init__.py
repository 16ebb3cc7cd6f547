"""Ways to reach a person. This far: e-mail by SMTP."""
