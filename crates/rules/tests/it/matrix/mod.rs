//! Every combination of grant, kind of application, state of what it is about, state of consent and tenant policy, against a
//! few statements that know nothing of the rules. A new grant, platform or policy does not compile until the statements cover it.

mod asking;
mod states;
mod tokens;
