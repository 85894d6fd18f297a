//! Accounts, users, licenses, pools and teams.
