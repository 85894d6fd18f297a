"""Changes at the same time: what was acknowledged must be there afterwards, and never more than the rules allow."""

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor

from target import attack

SCIM = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
ROUNDS = 12


def at_once(*calls):
    """Makes these calls at the same moment, each in its own thread. Returns their answers in order."""
    barrier = threading.Barrier(len(calls))

    def make(call):
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls))


def patches_at_once(target, client, path, bodies):
    """Sends each body as a PATCH on a connection of its own. Returns the bodies that were accepted."""
    clients = [target.server.client(client.key) for _ in bodies]
    for it in clients:
        it.get("/livez")
    answers = at_once(*(lambda it=it, body=body: it.patch(path, body) for it, body in zip(clients, bodies)))
    return [body for body, answer in zip(bodies, answers) if answer.status < 300]


def missing(wanted, there):
    """The fields of a change that are not as it set them."""
    if isinstance(wanted, dict):
        found = []
        for key, value in wanted.items():
            found += [f"{key}.{it}" if it else key for it in missing(value, there.get(key))]
        return found
    return [] if wanted == there else [""]


def lost(target, client, path, rounds):
    """Sends changes of different fields at once, round after round. Returns the acknowledged ones that are gone."""
    gone = []
    for bodies in rounds:
        accepted = patches_at_once(target, client, path, bodies)
        there = client.ok("GET", path)
        gone += [field for body in accepted for field in missing(body, there)]
    return f"lost, though acknowledged: {gone}" if gone else None


@attack("changes of different settings at the same time undo each other")
def settings_changed_at_once(target):
    account = target.serve().account("Settings")
    rounds = []
    for number in range(ROUNDS):
        rights = {right: number % 2 == 0 for right in ("view_account", "control_account", "view_own", "control_own")}
        rules = {"lease_secs": 60 + number, "end_notice_secs": number, "eviction_cool_down_secs": 100 + number}
        rounds.append([{"session_permissions": {right: value}} for right, value in rights.items()]
                      + [{"pool_defaults": {rule: value}} for rule, value in rules.items()]
                      + [{"cors_origins": [f"https://page{number}.example.com"]}])
    return lost(target, account.operator, f"{account.path}/settings", rounds)


@attack("the default rules in two browsers' forms, sent at the same time, undo each other")
def default_rules_changed_at_once_in_the_portal(target):
    account = target.serve().account("Forms")
    browsers = [target.browser() for _ in range(4)]
    for browser in browsers:
        browser.sign_in(account.owner.email)
    path, found = f"/a/{account.id}/settings", []
    fields = ("lease_secs", "end_notice_secs", "eviction_cool_down_secs", "offer_hold_secs")
    for number in range(4):
        forms = [form_of(browser, path, f"{path}/pool-defaults") for browser in browsers]
        wanted = {field: 61 + number for field in fields}
        forms = [{**form, field: f"{wanted[field]} s"} for form, field in zip(forms, fields)]
        calls = [lambda it=it, form=form: it.ask(f"{path}/pool-defaults", form) for it, form in zip(browsers, forms)]
        pages = at_once(*calls)
        there = account.operator.ok("GET", f"{account.path}/settings")["pool_defaults"]
        found += [field for field, page in zip(fields, pages) if page.status == 303 and there[field] != wanted[field]]
    return f"lost, though acknowledged: {found}" if found else None


@attack("a form that was loaded earlier gives back rights that somebody else has taken away since")
def rights_return_with_an_old_form(target):
    account, found = target.serve().account("Old forms"), []
    user, browser = account.person("Uma User", role="admin"), target.browser()
    browser.sign_in(account.owner.email)
    page = f"/a/{account.id}/users/{user.id}"
    form = form_of(browser, page, page)
    account.operator.ok("PATCH", user.path, {"role": "member"})
    if browser.ask(page, {**form, "name": "Uma Renamed"}).status != 303:
        raise AssertionError("the form was refused")
    there = account.operator.ok("GET", user.path)
    if there["name"] != "Uma Renamed":
        raise AssertionError(f"the name is {there['name']}")
    found += ["the role of an admin"] if there["role"] == "admin" else []
    page, settings = f"/a/{account.id}/settings/permissions", f"{account.path}/settings"
    account.operator.ok("PATCH", settings, {"session_permissions": {"view_account": True, "control_account": True}})
    form = form_of(browser, page, page)
    account.operator.ok("PATCH", settings, {"session_permissions": {"control_account": False}})
    form.pop("control_own")
    if browser.ask(page, form).status != 303:
        raise AssertionError("the form was refused")
    there = account.operator.ok("GET", settings)["session_permissions"]
    found += ["that everybody ends all sessions"] if there["control_account"] else []
    return f"an old form gave back {' and '.join(found)}" if found else None


def form_of(browser, path, action):
    """The fields of a form as the page shows them."""
    form = re.search(f'<form[^>]* action="{action}".*?</form>', browser.ask(path).text, re.S)[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        is_off = 'type="checkbox"' in tag and " checked" not in tag
        if (name := re.search(r' name="([^"]+)"', tag)) and not is_off:
            value = re.search(r' value="([^"]*)"', tag)
            fields[name[1]] = html.unescape(value[1]) if value else "on"
    for name, options in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', options)
        fields[name] = (chosen or re.search(r'<option value="([^"]*)"', options))[1]
    return fields


@attack("changes of different rules of a pool at the same time undo each other", is_on_new=True)
def rules_of_a_pool_changed_at_once(target):
    account = target.serve().account("Rules", shared=40)
    pool = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    rounds = []
    for number in range(ROUNDS):
        rules = {"lease_secs": 60 + number, "end_notice_secs": number, "eviction_cool_down_secs": 100 + number,
                 "offer_hold_secs": 30 + number, "standby_expires_secs": 600 + number}
        rounds.append([{"rules": {rule: value}} for rule, value in rules.items()]
                      + [{"name": f"Pool {number}"}, {"seats": 1 + number}, {"metadata": {"round": str(number)}}])
    return lost(target, account.operator, f"{account.path}/pools/{pool}", rounds)


@attack("changes of different fields of a user or an account at the same time undo each other", is_on_new=True)
def user_changed_at_once(target):
    account = target.serve().account("Users")
    user = account.person("Ursula User", role="manager")
    rounds = []
    for number in range(ROUNDS):
        rounds.append([{"name": f"Ursula {number}"}, {"external_id": f"crm-{number}"}, {"metadata": {"n": str(number)}},
                       {"privileges": ["users.manage"] if number % 2 else ["reports.view"]},
                       {"email": f"u{number}@users.example"}, {"billing_contact": number % 2 == 0}])
    found = lost(target, account.operator, user.path, rounds)
    rounds = [[{"name": f"Users {number}"}, {"external_id": f"crm-{number}"}, {"metadata": {"n": str(number)}}]
              for number in range(ROUNDS)]
    return found or lost(target, account.operator, account.path, rounds)


@attack("members added to a team or a group at the same time, by people and by the directory, are lost", is_on_new=True)
def members_added_at_once(target):
    account = target.serve().account("Members")
    key = account.owner.client().ok("POST", f"{account.path}/api-keys",
                                    {"name": "directory", "scopes": ["directory.provision"]})["key"]
    people = [account.person(f"Member {number}", assign_seat=False).id for number in range(8)]
    team = account.operator.ok("POST", f"{account.path}/teams", {"name": "Team", "members": []})["id"]
    group = account.operator.ok("POST", f"{account.path}/groups", {"name": "Group", "members": []})["id"]
    found = []
    for number in range(ROUNDS):
        added = number % 2 == 0
        field = "add_members" if added else "remove_members"
        for path in (f"{account.path}/teams/{team}", f"{account.path}/groups/{group}"):
            bodies = [{field: [it]} for it in people[:4]] + [{"name": f"N {number}"}]
            patches_at_once(target, account.operator, path, bodies)
        clients = [target.server.client(key) for _ in people[4:]]
        operation = {"op": "add" if added else "remove"}
        at_once(*(lambda it=it, who=who: it.patch(f"/scim/v2/{account.id}/Groups/{group}", {
            **SCIM, "Operations": [{**operation, "path": "members", "value": [{"value": who}]} if added else
                                   {**operation, "path": f'members[value eq "{who}"]'}]})
                  for it, who in zip(clients, people[4:])))
        for path, wanted in ((f"teams/{team}", people[:4]), (f"groups/{group}", people)):
            there = account.operator.ok("GET", f"{account.path}/{path}")["members"]
            if sorted(there) != (sorted(wanted) if added else []):
                found.append(f"{field} of {path.split('/')[0]}: {len(there)} members")
    return f"{found}" if found else None


@attack("changes of a user by the directory at the same time undo each other or those of people", is_on_new=True)
def directory_patches_at_once(target):
    account = target.serve().account("Directory")
    key = account.owner.client().ok("POST", f"{account.path}/api-keys",
                                    {"name": "directory", "scopes": ["directory.provision"]})["key"]
    scim = target.operator.by(key)
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "dora@directory.example",
            "name": {"givenName": "Dora", "familyName": "Directory"}, "active": True,
            "emails": [{"value": "dora@directory.example", "primary": True}]}
    user = scim.ok("POST", f"/scim/v2/{account.id}/Users", body)["id"]
    path, found = f"/scim/v2/{account.id}/Users/{user}", []
    for number in range(ROUNDS):
        values = {"name.givenName": f"Dora{number}", "name.familyName": f"Directory{number}",
                  "externalId": f"dir-{number}", "userName": f"dora{number}@directory.example"}
        clients = [target.server.client(key) for _ in values]
        person = target.server.client()
        answers = at_once(
            *(lambda it=it, name=name, value=value: it.patch(
                path, {**SCIM, "Operations": [{"op": "replace", "path": name, "value": value}]})
              for it, (name, value) in zip(clients, values.items())),
            lambda: person.patch(f"{account.path}/users/{user}", {"metadata": {"n": str(number)}}))
        there = scim.ok("GET", path)
        for (name, value), answer in zip(values.items(), answers):
            at = there
            for part in name.split("."):
                at = at.get(part)
            if answer.status < 300 and at != value:
                found.append(f"{name} is {at!r}, not {value!r}")
        labels = account.operator.ok("GET", f"{account.path}/users/{user}")["metadata"]
        if answers[-1].status < 300 and labels != {"n": str(number)}:
            found.append(f"metadata is {labels}")
    return f"lost, though acknowledged: {found}" if found else None
