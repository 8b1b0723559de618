//! Calls with an access token (RFC 6750 §3.1, RFC 9449 §7.1).

use grantor_jose::Algorithm;
use grantor_testkit::{Authorize, CHRIS, CONTOSO, DpopKey, NATIVE, TestPlatform};

use super::{Fault, said, told_in_order};

/// A call, by its headers.
#[derive(Clone)]
struct Call {
    scheme: &'static str,
    token: String,
    /// For the proof: the method and the token that it is for.
    proof: Option<(&'static str, String)>,
    unreadable: bool,
}

#[tokio::test]
async fn of_userinfo() {
    let platform = TestPlatform::start().await;
    let key = DpopKey::new(Algorithm::Es256);
    let request = Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let redemption = request.redeem(&code);
    let proof = key.proof(&platform, "POST", &redemption.path()).signed();
    let token = platform.tokens(&redemption.header("dpop", &proof)).await.access_token;
    let path = format!("/{}/oidc/userinfo", CONTOSO.id);
    let good = Call { scheme: "DPoP", token: token.clone(), proof: Some(("GET", token)), unreadable: false };
    let faults: &[Fault<Call>] = &[
        ("no token", |call| Call { scheme: "", ..call }),
        ("another scheme", |call| Call { scheme: "Basic", ..call }),
        ("a token that was changed", |call| Call { token: format!("{}x", call.token), ..call }),
        ("a token that is bound to a key, by itself", |call| Call { scheme: "Bearer", ..call }),
        ("no proof", |call| Call { proof: None, unreadable: false, ..call }),
        ("a proof that cannot be read", |call| Call { unreadable: true, ..call }),
        ("a proof for another method", |call| Call { proof: call.proof.map(|(_, token)| ("POST", token)), ..call }),
        ("a proof for another token", |call| Call {
            proof: call.proof.map(|(method, _)| (method, "x".to_owned())),
            ..call
        }),
    ];
    told_in_order(good, faults, async |call: Call| {
        let proof = call.proof.map(|(method, token)| key.proof(&platform, method, &path).of(&token).signed());
        let proof = if call.unreadable { Some("x".to_owned()) } else { proof };
        let authorization = format!("{} {}", call.scheme, call.token);
        let mut headers = Vec::new();
        if !call.scheme.is_empty() {
            headers.push(("authorization", authorization.as_str()));
        }
        headers.extend(proof.iter().map(|proof| ("dpop", proof.as_str())));
        said(&platform.get(&path, &headers).await)
    })
    .await;
}
