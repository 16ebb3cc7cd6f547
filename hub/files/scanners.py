from hub.files.scanner import NoScanner, Scanner


def chosen() -> Scanner:
    return NoScanner()
