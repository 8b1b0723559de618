//! What holds for the pages as the browser gets them.

mod account;
mod check_session;
mod colours;
mod consent;
mod consent_requests;
mod device;
mod escaping;
mod form_post;
mod markup;
mod needs_administrator;
mod promised_ids;
mod samples;
mod sign_out;
mod structure;
