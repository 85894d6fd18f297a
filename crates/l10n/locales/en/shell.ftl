# What is around every page: header, menu, footer. Ids begin with `shell-`.

shell-skip = Skip to the content
shell-operator = Operator
shell-operator-pages = Operator pages
# The operator key with which somebody is signed in.
shell-operator-key = Key { $name }
# The label of the menu, for screen readers.
shell-pages-of = Pages of { $account }
shell-menu = Menu
shell-search = Search people, pools, sessions
# What the search of the header searches, for screen readers.
shell-search-region = Everything
# Beside the search: the page is up to date.
shell-live = Live · { $time }
shell-stale = Not up to date since { $time }, trying again…
shell-own-page = Licenses and sessions
shell-own-sign-in = Password and sessions
shell-preferences = Preferences
shell-sign-out = Sign out
shell-api = API documentation
shell-refusals-help = What refusals mean
# $open and $close make a link of the zone.
shell-zone = Times are in { $open }{ $zone }{ $close }
shell-zone-browser = Times are in your browser’s time zone

# The menu.
shell-group-live = Live
shell-group-people = People
shell-group-history = History
shell-group-account = Account
shell-overview = Overview
shell-seats = Seats
shell-sessions = Sessions
shell-queue = Queue
shell-users = Users
shell-teams = Teams
shell-groups = Groups
shell-requests = Requests
shell-refusals = Refusals and waits
shell-minutes = Minutes
shell-audit = Audit
shell-subscription = Subscription
shell-settings = Settings
shell-api-keys = API keys
shell-pools = Seat pools
shell-console = Agent console
# Pools without a free seat, beside "Seats".
shell-note-full = { $count } full

# What the script says. A `#` stands for a value.
shell-script-copied = Copied
# Before a time that is left: "in 5 min".
shell-script-in = in #
shell-script-under-minute = under 1 min
