//! Whatever is asked, allowed and defined: a token carries what is in all three, and nothing else.

mod asking;
mod tokens;
mod worlds;
