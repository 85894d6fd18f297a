//! Foreign license logs and what they tell
