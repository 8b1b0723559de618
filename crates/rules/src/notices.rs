//! What becomes of a notice once an application has been told, or could not be.

use std::time::Duration;

use crate::model::NoticeEvent;

/// How long it is waited after each try that nobody took before the next one; after the last of them it is given up.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
];

/// How long a notice stands in the log.
pub const KEPT_FOR: Duration = Duration::from_hours(7 * 24);

/// When a notice is tried again after it was answered with this status, or not at all, as the last of `tries`; nothing when its
/// application has heard it, refuses it, or has been told often enough.
pub fn again_after(event: &NoticeEvent, status: Option<u16>, tries: usize) -> Option<Duration> {
    if status.is_some_and(|status| is_heard(status) || refuses(event, status)) {
        return None;
    }
    PAUSES.get(tries.checked_sub(1)?).copied()
}

/// Whether an application has heard what it was told (OpenID Connect Back-Channel Logout §2.8, CIBA §10.2).
pub const fn is_heard(status: u16) -> bool {
    matches!(status, 200 | 204)
}

/// Whether an application has read it and says that it is wrong: it would be no better the next time (Back-Channel Logout §2.8).
const fn refuses(event: &NoticeEvent, status: u16) -> bool {
    match event {
        NoticeEvent::SessionEnded { .. } => status == 400,
        NoticeEvent::RequestAnswered { .. } => matches!(status, 400 | 401 | 403),
    }
}

#[cfg(test)]
mod tests {
    use grantor_protocol::UserId;

    use super::*;

    fn after(status: Option<u16>, tries: usize) -> Option<Duration> {
        let user = UserId::from_random([1; 16]);
        let event = NoticeEvent::SessionEnded { user, sid: String::new(), dialect: String::new() };
        again_after(&event, status, tries)
    }

    #[test]
    fn what_was_heard_or_refused_is_not_told_again() {
        for status in [200, 204, 400] {
            assert_eq!(after(Some(status), 1), None, "{status}");
        }
    }

    #[test]
    fn what_nobody_took_is_told_again_ever_more_seldom_and_then_no_more() {
        for status in [None, Some(202), Some(301), Some(404), Some(500), Some(503)] {
            let pauses: Vec<Duration> = (1..).map_while(|tries| after(status, tries)).collect();
            assert_eq!(pauses, PAUSES, "{status:?}");
            assert!(pauses.is_sorted());
        }
        assert_eq!(after(None, 0), None, "nobody was told yet");
    }
}
