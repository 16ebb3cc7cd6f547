"""Files between sender and reader: rules, child processes, scanners, storage."""
