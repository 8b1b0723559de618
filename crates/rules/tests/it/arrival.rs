//! How a request may reach this server (RFC 9126 §6, RFC 9101 §10.5).

use grantor_rules::authorize::{Arrival, came_as_registered};
use grantor_rules::model::{Application, ClientMetadata, Profile};

use crate::world::app;

fn refused(profile: Profile, metadata: ClientMetadata) -> [Option<&'static str>; 4] {
    let application = Application { profile, metadata: Box::new(metadata), ..app() };
    let came = |signed, pushed| came_as_registered(&application, Arrival { signed, pushed }).err();
    [came(false, false), came(true, false), came(false, true), came(true, true)].map(|it| it.map(|it| it.reason()))
}

#[test]
fn a_request_comes_as_the_application_or_its_profile_says() {
    // 9126-06
    let (push, sign) = (Some("request-not-pushed"), Some("request-not-signed"));
    let plain = ClientMetadata::default;
    let pushes = || ClientMetadata { require_pushed_authorization_requests: true, ..plain() };
    let signs = || ClientMetadata { require_signed_request_object: true, ..plain() };
    assert_eq!(refused(Profile::OAuth21, plain()), [None; 4]);
    assert_eq!(refused(Profile::OAuth21, pushes()), [push, push, None, None]);
    assert_eq!(refused(Profile::OAuth21, signs()), [sign, None, sign, None]);
    assert_eq!(refused(Profile::Fapi2Security, plain()), [push, push, None, None]);
    assert_eq!(refused(Profile::Fapi2Security, signs()), [push, push, sign, None]);
    assert_eq!(refused(Profile::Fapi2MessageSigning, plain()), [push, push, sign, None]);
}
