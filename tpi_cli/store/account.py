"""Whose account of the computer this is."""

import os


def name() -> str:
    """The operating system's account, by its number and not by a variable anybody can set."""
    if os.name != "posix":
        import getpass

        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid-{os.getuid()}"
