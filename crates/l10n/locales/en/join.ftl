# The customer's page. Ids begin with `join-`. Its readers are not users of Usher; what they join is a session.

join-enter = Join a session
join-enter-hint = Your agent gave you a code. Type it here; capitals, hyphens and spaces do not matter.
join-code = Code
join-continue = Continue
join-no-such-code = This code is not valid: it may be mistyped, used up or expired. Check it, or ask your agent for a new one.
join-another-code = Enter another code
# Links of the operator.
join-help = Help
join-privacy = Privacy

join-title = Your session
join-your-call = Your call with { $account }
join-your-session = Your support session with { $account }
join-connection-lost = Connection lost, trying again…
join-ready = Ready for you
join-waits = { $agent } waits for you. Join when you are ready.
join-good-until = The code is good until { $until }.
join-name = Your name, if you like
join-join = Join
join-agent-busy = Your agent is in another session at the moment. Wait a little, and join again.
join-is-paused = Your agent has paused the session. This page shows when it goes on.

join-connected = Connected
join-of-another = Another customer has joined with this code already, and a code is for one customer. Ask { $agent } for a new one.
join-in-call = You are in a call with { $agent }.
join-in-call-as = You are in a call with { $agent } as { $name }.
join-in-session = You are in a support session with { $agent }.
join-in-session-as = You are in a support session with { $agent } as { $name }.
join-keep-open = Keep this page open.
join-agent-paused = { $agent } has paused the session. Keep this page open: it shows when the session goes on.
join-leave = Leave the session
join-leave-why = The session ends for both of you, and the code is used up.
join-end-and-leave = End and leave
join-leave-now = Leave now
join-left = You have left the session. Thank you.

join-ended-by = The session was ended by { $account }.
# $secs counts down.
join-closes-in = It closes in { $secs } seconds.
join-they-said = They said: “{ $note }”
join-over = Over
join-over-customer = The session was ended by its customer. You can close this page.
join-over-agent = The session has ended. { $agent } ended it. You can close this page.
join-over-account = The session was ended by { $account }. You can close this page.
join-over-expired = Nobody came in before the code expired. Ask for a new one.
join-over-no-seat = The session has ended, because { $account } had no seat left for it. If you still need help, ask for a new code.
join-over-signed-out = { $agent } is no longer signed in, so the session has ended. If you still need help, ask for a new code.
