"""What is asked of a circuit (protocol, schedule), and playing it (prepare, run, record)."""
