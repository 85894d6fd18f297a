"""Two agents and one seat, with the client that openapi-python-client generates."""

import os

from usher_api import AuthenticatedClient
from usher_api.api.sessions import end_session, start_session
from usher_api.api.sign_ins import send_heartbeat, sign_in, sign_out
from usher_api.api.tickets import claim_ticket, get_ticket
from usher_api.models import (
    Acting,
    Alive,
    AskedSignIn,
    Beat,
    Device,
    DeviceKind,
    Ending,
    NewSession,
    NewSignIn,
    Problem,
    Session,
    SessionKind,
    SessionState,
    SignedIn,
    Start,
    Ticket,
    TicketState,
    Waiting,
)
from usher_api.types import Unset

ACCOUNT = os.environ["USHER_ACCOUNT"]
FIRST, SECOND = os.environ["USHER_USERS"].split()


def client(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["USHER_URL"], token=token)


def agent(user: str, device: str, wait: bool) -> NewSignIn:
    kind = Device(id=device, name=device, kind=DeviceKind.DESKTOP)
    return NewSignIn(user=user, product="remote-support", device=kind, wait=wait)


def main() -> None:
    back_end = client(os.environ["USHER_TOKEN"])

    first = sign_in.sync(ACCOUNT, client=back_end, body=agent(FIRST, "desk-1", wait=False))
    assert isinstance(first, SignedIn), first

    refused = sign_in.sync(ACCOUNT, client=back_end, body=agent(SECOND, "desk-2", wait=False))
    assert isinstance(refused, Problem), refused
    assert refused.code == "no-seat-available", refused
    assert (refused.seats, refused.occupied) == (1, 1), refused

    waiting = sign_in.sync_detailed(ACCOUNT, client=back_end, body=agent(SECOND, "desk-2", wait=True))
    assert waiting.status_code == 202, waiting
    place = waiting.parsed
    assert isinstance(place, Waiting), place
    assert place.ticket.state is TicketState.WAITING and place.ticket.position == 1, place
    assert isinstance(place.ticket.wanted, AskedSignIn), place.ticket.wanted
    assert place.ticket.wanted.sign_in.device.id == "desk-2", place.ticket.wanted

    left = sign_out.sync_detailed(ACCOUNT, first.sign_in.id, client=client(first.token), as_=Acting.USER)
    assert left.status_code == 204, left

    waiter = client(place.token)
    offered = get_ticket.sync(ACCOUNT, place.ticket.id, client=waiter)
    assert isinstance(offered, Ticket), offered
    assert offered.state is TicketState.OFFERED, offered
    assert not isinstance(offered.offer_expires_in_secs, Unset), offered
    assert offered.offer_expires_in_secs > 0, offered

    claimed = claim_ticket.sync(ACCOUNT, place.ticket.id, client=waiter)
    assert isinstance(claimed, SignedIn), claimed
    assert claimed.sign_in.user == SECOND, claimed

    device = client(claimed.token)
    alive = send_heartbeat.sync(ACCOUNT, claimed.sign_in.id, client=device, body=Beat(active=True))
    assert isinstance(alive, Alive), alive
    assert alive.expires_in_secs > 0, alive

    wanted = NewSession(sign_in=claimed.sign_in.id, kind=SessionKind.CALL, start=Start.ACTIVE)
    session = start_session.sync(ACCOUNT, client=device, body=wanted)
    assert isinstance(session, Session), session
    assert session.state is SessionState.ACTIVE, session

    ended = end_session.sync(ACCOUNT, session.id, client=device, body=Ending(reason="solved"))
    assert isinstance(ended, Session), ended
    assert ended.state is SessionState.ENDED and ended.note == "solved", ended

    gone = sign_out.sync_detailed(ACCOUNT, claimed.sign_in.id, client=device)
    assert gone.status_code == 204, gone
    late = send_heartbeat.sync(ACCOUNT, claimed.sign_in.id, client=device, body=Beat())
    assert isinstance(late, Problem), late
    assert late.code == "sign-in-ended", late
    print("python: signed in, waited, claimed, ended")


main()
