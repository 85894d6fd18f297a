//! Foreign license logs, read and prepared for a replay. Pure: callers open the files and drive the seats.

pub mod flexnet;
