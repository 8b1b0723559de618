//! No error repeats a secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor_dialects::{Dialect as _, TokenCall, wording};

use crate::requests::changed;
use crate::world::{CLIENT, dialect, ids};

const CANARY: &str = "CANARYcanaryCANARY";

const GOOD: [(&str, &str); 6] = [
    ("grant_type", "authorization_code"),
    ("client_id", CLIENT),
    ("client_secret", CANARY),
    ("code", CANARY),
    ("refresh_token", CANARY),
    ("code_verifier", "CANARYcanaryCANARYCANARYcanaryCANARYCANARYcanaryCANARY"),
];

#[test]
fn no_refusal_of_the_token_endpoint_holds_a_secret() {
    let encoded = STANDARD.encode(format!("{CLIENT}:{CANARY}"));
    let headers = [
        None,
        Some(format!("Basic {encoded}")),
        Some(format!("Basic {}", STANDARD.encode(CANARY))),
        Some(format!("Basic {}", STANDARD.encode(format!("other:{CANARY}")))),
        Some(format!("Basic {}", STANDARD.encode(format!("{CLIENT}:%FF{CANARY}")))),
        Some(format!("Basic !{CANARY}")),
        Some(format!("Bearer {CANARY}")),
        Some(CANARY.to_owned()),
    ];
    let long = format!("={CANARY}{}", "x".repeat(5000));
    let spoils = [
        String::new(),
        "-grant_type".into(),
        "-client_id".into(),
        "grant_type=refresh_token".into(),
        "grant_type=password +password=CANARYcanaryCANARY".into(),
        "grant_type=refresh_token +refresh_token=CANARYcanaryCANARY".into(),
        "+client_secret=CANARYcanaryCANARY".into(),
        "+code=CANARYcanaryCANARY".into(),
        "+code_verifier=CANARYcanaryCANARY".into(),
        "code_verifier=CANARYcanaryCANARY".into(),
        "code_verifier=CANARYcanaryCANARYCANARYcanaryCANARYCANARYcanaryCANARY%20".into(),
        "grant_type=password +password=CANARYcanaryCANARY +username=ana +scope=openid".into(),
        "grant_type=password +password=CANARYcanaryCANARY +username=ana".into(),
        "grant_type=device_code +device_code=CANARYcanaryCANARY".into(),
        "grant_type=device_code +device_code=CANARYcanaryCANARY +device_code=CANARYcanaryCANARY".into(),
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer +assertion=CANARYcanaryCANARY +scope=a/b".into(),
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer +assertion=CANARYcanaryCANARY +scope=a/b \
         +requested_token_use=on_behalf_of"
            .into(),
        "client_assertion=CANARYcanaryCANARY".into(),
        "-client_secret client_assertion=CANARYcanaryCANARY".into(),
        "-client_secret client_assertion=CANARYcanaryCANARY \
         client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            .into(),
        "scope=%22".into(),
        "claims=x".into(),
        "redirect_uri=x".into(),
        format!("client_secret{long}"),
        format!("code{long}"),
        format!("code_verifier{long}"),
        format!("grant_type=refresh_token refresh_token{long}"),
    ];
    let mut refused = 0;
    for header in &headers {
        for spoil in &spoils {
            let parameters = changed(&GOOD, spoil);
            let call = TokenCall { authorization: header.as_deref(), ..TokenCall::of(&parameters) };
            let shown = match dialect().parse_token(&call) {
                Ok(request) => format!("{request:?}"),
                Err(refusal) => {
                    refused += 1;
                    let reply = dialect().token_refusal(&refusal, &ids());
                    format!("{refusal:?} {} {:?}", wording::sentence(&refusal), reply)
                }
            };
            for secret in [CANARY, encoded.as_str()] {
                assert!(!shown.contains(secret), "{header:?} {spoil}: {shown}");
            }
        }
    }
    assert!(refused > 100, "only {refused} of the requests were refused");
}
