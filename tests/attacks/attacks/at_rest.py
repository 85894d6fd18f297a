"""Data on the disk."""

import os
import stat

from target import attack


def readable_by_others(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077)


@attack("other users of the machine read the files of an existing directory")
def files_are_open_to_others(target):
    target.data.mkdir()
    target.data.chmod(0o755)
    before = os.umask(0o022)
    try:
        target.serve()
    finally:
        os.umask(before)
    target.account("Files")
    found = readable_by_others(target.data)
    return f"others can read {found}" if found else None


@attack("the server accepts a secrets key that everybody can read")
def secrets_key_is_open_to_others(target):
    target.serve()
    target.server.stop()
    (target.data / "secrets.key").chmod(0o644)
    try:
        target.serve()
    except Exception as refused:  # pylint: disable=broad-except
        if "secrets.key" in str(refused):
            return None
        raise
    return "it started without a word"


@attack("session codes are read from the files and used to join")
def join_code_lies_in_clear(target):
    account = target.serve().account("Codes")
    user = account.person("Cora Code")
    sign_in, token = user.sign_in()
    body = {"sign_in": sign_in, "kind": "attended", "start": "standby"}
    code = target.operator.by(token).ok("POST", f"{account.path}/sessions", body)["code"]
    forms = {code.encode(), code.replace("-", "").encode(), code.lower().replace("-", "").encode()}
    target.server.stop()
    for path in target.data.iterdir():
        if path.is_file() and any(form in path.read_bytes() for form in forms):
            return f"{path.name} holds the code"
    return None
