//! Foreign license logs and what they tell. Pure: callers open the files and drive the seats.

pub mod flexnet;
