"""Privilege escalation."""

from target import OTHER_PASSWORD, PASSWORD, attack


@attack("an API key sets a user's password, to sign in as them")
def key_sets_a_password(target):
    account = target.serve().account("Keys")
    admin = account.person("Ada Admin", role="admin")
    victim = account.person("Vera Member")
    key = admin.client().ok("POST", f"{account.path}/api-keys", {"name": "hr", "scopes": ["users.manage"]})
    answer = target.operator.by(key["key"]).patch(victim.path, {"password": OTHER_PASSWORD})
    if answer.status == 200 and victim.ask_for_token(OTHER_PASSWORD).status in (201, 403):
        return "the key changed a member's password"
    return None


@attack("an API key outlives the rights of the admin who made it")
def key_outlives_its_maker(target):
    account = target.serve().account("Leavers")
    admin = account.person("Ada Admin", role="admin")
    key = admin.client().ok("POST", f"{account.path}/api-keys", {"name": "hr", "scopes": ["users.manage"]})
    account.operator.ok("PATCH", admin.path, {"active": False})
    body = {"name": "Ghost", "email": "ghost@leavers.example", "assign_seat": False}
    answer = target.operator.by(key["key"]).post(f"{account.path}/users", body)
    return f"a key of a user who was switched off made a user: {answer.status}" if answer.status == 201 else None


@attack("an API key keeps rights that its maker has lost")
def key_keeps_what_its_maker_lost(target):
    account = target.serve().account("Climbers")
    admin = account.person("Ada Admin", role="admin")
    scopes = ["users.manage", "reports.view"]
    key = admin.client().ok("POST", f"{account.path}/api-keys", {"name": "hr", "scopes": scopes})
    account.operator.ok("PATCH", admin.path, {"role": "member"})
    body = {"name": "Mole", "email": "mole@climbers.example", "assign_seat": False}
    holder, reached = target.operator.by(key["key"]), []
    if holder.post(f"{account.path}/users", body).status == 201:
        reached.append("made a user")
    if holder.get(f"{account.path}/audit").status == 200:
        reached.append("read the audit")
    return f"a member's key {' and '.join(reached)}" if reached else None


@attack("an API key sees sessions that its maker may not see")
def key_sees_more_than_its_maker(target):
    account = target.serve().account("Watchers")
    admin = account.person("Ada Admin", role="admin")
    worker = account.person("Will Worker")
    sign_in, token = worker.sign_in()
    body = {"sign_in": sign_in, "kind": "attended", "start": "active", "customer": {"name": "A patient of the clinic"}}
    target.operator.by(token).ok("POST", f"{account.path}/sessions", body)
    key = admin.client().ok("POST", f"{account.path}/api-keys", {"name": "wall", "scopes": ["read"]})
    denied = {"view_account": "deny", "control_account": "deny"}
    account.operator.ok("PATCH", admin.path, {"session_permissions": denied})
    if account.operator.by(admin.client().key).all(f"{account.path}/sessions"):
        raise AssertionError("the maker sees the session")
    seen = target.operator.by(key["key"]).get(f"{account.path}/sessions").body.get("items", [])
    return f"the key sees {len(seen)} session of a colleague" if seen else None


@attack("privileges that were taken away with a role come back through a group")
def sleeping_privileges_wake(target):
    account = target.serve().account("Sleepers")
    user = account.person("Sam Sleeper", role="manager", privileges=["users.manage", "settings.manage"])
    account.operator.ok("PATCH", user.path, {"role": "member"})
    group = account.operator.ok("POST", f"{account.path}/groups", {"name": "Leads", "members": [user.id]})
    account.operator.ok("PUT", f"{account.path}/groups/{group['id']}/mapping", {"role": "manager"})
    body = {"name": "Made by Sam", "email": "made@sleepers.example", "assign_seat": False}
    answer = user.client().post(f"{account.path}/users", body)
    return "a demoted manager made a user through a group's role" if answer.status == 201 else None


@attack("a stolen token of a user changes the user's password")
def token_changes_the_password(target):
    account = target.serve().account("Tokens")
    user = account.person("Tom Token")
    stolen = user.client()
    if stolen.patch(user.path, {"password": OTHER_PASSWORD}).status == 200:
        return "PATCH with a new password alone was taken"
    return None


@attack("a device stays signed in after the password was changed")
def device_survives_a_new_password(target):
    account = target.serve().account("Devices")
    user = account.person("Dora Device")
    sign_in, token = user.sign_in()
    account.operator.ok("PATCH", user.path, {"password": OTHER_PASSWORD})
    answer = target.operator.by(token).post(f"{account.path}/sign-ins/{sign_in}/heartbeat", {"active": True})
    return "the device's token still works" if answer.status == 200 else None


@attack("a password that an admin set for a user is permanent")
def password_of_another_is_never_changed(target):
    account = target.serve().account("Temporary")
    admin = account.person("Ada Admin", role="admin").client()
    user = account.person("Nina New", client=admin)
    answer = user.ask_for_token(PASSWORD)
    return "a token was given for a password that the admin knows" if answer.status == 201 else None
