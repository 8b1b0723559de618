//! What each code says where.

use grantor_dialects::entra::meanings::Place::{Answer, Discovery, Page, Token};

use super::seen::Row;

const fn token(code: u32, error: &'static str) -> Row {
    Row { code, at: Token, status: 400, error, suberror: "" }
}

const fn answer(code: u32, error: &'static str) -> Row {
    Row { code, at: Answer, status: 0, error, suberror: "" }
}

const fn page(code: u32) -> Row {
    Row { code, at: Page, status: 400, error: "", suberror: "" }
}

const fn discovery(code: u32, error: &'static str) -> Row {
    Row { at: Discovery, ..token(code, error) }
}

/// The application has not proven itself: 401, which no client keeps.
const fn client(code: u32) -> Row {
    Row { status: 401, ..token(code, "invalid_client") }
}

const fn with(suberror: &'static str, row: Row) -> Row {
    Row { suberror, ..row }
}

/// What every answer says.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    answer(16_000, "interaction_required"),
    token(28_000, "invalid_request"),
    token(28_002, "invalid_scope"),
    token(28_003, "invalid_request"),
    Row { status: 500, ..token(50_000, "server_error") },
    answer(50_001, "invalid_resource"),
    token(50_001, "invalid_resource"),
    page(50_011),
    client(50_012),
    token(50_013, "invalid_grant"),
    page(50_020),
    token(50_020, "invalid_grant"),
    token(50_020, "access_denied"),
    token(50_034, "invalid_grant"),
    client(50_048),
    discovery(50_049, "invalid_instance"),
    discovery(50_050, "invalid_request"),
    token(50_053, "invalid_grant"),
    page(50_057),
    token(50_057, "invalid_grant"),
    page(50_058),
    answer(50_058, "login_required"),
    token(50_059, "invalid_request"),
    page(50_105),
    token(50_105, "invalid_grant"),
    token(50_126, "invalid_grant"),
    token(50_128, "invalid_request"),
    page(50_132),
    with("bad_token", token(50_133, "invalid_grant")),
    answer(50_147, "invalid_request"),
    token(50_148, "invalid_grant"),
    with("bad_token", token(50_173, "invalid_grant")),
    page(50_194),
    token(50_194, "invalid_request"),
    token(54_005, "invalid_grant"),
    answer(65_001, "consent_required"),
    with("consent_required", token(65_001, "invalid_grant")),
    answer(65_002, "invalid_request"),
    token(65_002, "invalid_request"),
    answer(65_004, "access_denied"),
    answer(65_005, "invalid_resource"),
    token(70_000, "invalid_grant"),
    page(70_001),
    token(70_001, "unauthorized_client"),
    client(70_002),
    token(70_002, "invalid_grant"),
    with("bad_token", token(70_002, "invalid_grant")),
    token(70_003, "unsupported_grant_type"),
    answer(70_005, "unsupported_response_type"),
    answer(70_007, "unsupported_response_mode"),
    token(70_008, "invalid_grant"),
    answer(70_011, "invalid_scope"),
    token(70_011, "invalid_scope"),
    token(70_016, "authorization_pending"),
    token(70_018, "authorization_declined"),
    token(70_018, "bad_verification_code"),
    page(70_019),
    token(70_020, "expired_token"),
    page(90_002),
    token(90_002, "invalid_request"),
    discovery(90_002, "invalid_tenant"),
    answer(90_009, "invalid_resource"),
    token(90_009, "invalid_resource"),
    with("bad_token", token(70_043, "invalid_grant")),
    page(90_013),
    page(90_014),
    answer(90_014, "invalid_request"),
    token(90_014, "invalid_request"),
    page(90_019),
    token(90_019, "invalid_request"),
    answer(90_023, "invalid_request"),
    token(90_023, "invalid_request"),
    page(90_027),
    token(90_027, "invalid_request"),
    Row { status: 503, ..token(90_033, "temporarily_unavailable") },
    Row { status: 405, ..token(90_056, "invalid_request") },
    page(90_072),
    // It asks something, so it is no failure of the page.
    Row { status: 200, ..page(90_094) },
    Row { status: 200, ..page(90_095) },
    page(90_100),
    answer(90_100, "invalid_request"),
    token(90_100, "invalid_request"),
    // The page for codes asks again.
    Row { status: 200, ..page(70_019) },
    Row { status: 200, ..page(90_119) },
    Row { status: 200, ..page(90_120) },
    Row { status: 200, ..page(90_121) },
    page(90_120),
    answer(500_011, "invalid_resource"),
    token(500_011, "invalid_resource"),
    answer(500_014, "invalid_resource"),
    token(500_014, "invalid_resource"),
    token(500_112, "invalid_grant"),
    page(500_113),
    token(500_131, "invalid_grant"),
    token(500_133, "invalid_grant"),
    token(501_051, "invalid_grant"),
    token(501_481, "invalid_grant"),
    answer(501_491, "invalid_request"),
    token(501_491, "invalid_grant"),
    page(650_052),
    page(650_056),
    answer(650_057, "invalid_request"),
    token(700_005, "invalid_grant"),
    page(700_016),
    token(700_016, "unauthorized_client"),
    answer(700_022, "invalid_request"),
    client(700_023),
    client(700_024),
    client(700_025),
    client(700_027),
    client(700_030),
    answer(700_054, "unsupported_response_type"),
    with("bad_token", token(700_082, "invalid_grant")),
    with("bad_token", token(700_084, "invalid_grant")),
    page(900_023),
    token(900_023, "invalid_request"),
    discovery(900_023, "invalid_request"),
    page(900_144),
    answer(900_144, "invalid_request"),
    token(900_144, "invalid_request"),
    Row { status: 405, ..token(900_561, "invalid_request") },
    page(900_971),
    answer(901_002, "invalid_request"),
    token(901_002, "invalid_request"),
    token(1_002_012, "invalid_scope"),
    page(7_000_112),
    token(7_000_112, "unauthorized_client"),
    token(7_000_114, "unauthorized_client"),
    client(7_000_215),
    client(7_000_218),
    client(7_000_222),
    token(9_001_023, "invalid_request"),
    page(9_002_313),
    answer(9_002_313, "invalid_request"),
    token(9_002_313, "invalid_request"),
    answer(9_002_325, "invalid_request"),
    token(9_002_325, "invalid_request"),
    token(9_002_326, "invalid_request"),
    token(9_002_327, "invalid_request"),
    page(9_002_331),
    token(9_002_331, "unauthorized_client"),
    page(9_002_332),
    token(9_002_332, "unauthorized_client"),
];
