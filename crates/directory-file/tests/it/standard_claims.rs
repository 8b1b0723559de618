//! What a file says of a person for the claims of OpenID Connect.

use grantor_directory_file::parse;
use grantor_rules::model::{PostalAddress, StandardClaims};

fn with(lines: &str) -> String {
    format!(
        "[[tenant]]\nid = \"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\"\ndomain = \"contoso.example\"\n\
         display_name = \"Contoso\"\nkind = \"organization\"\n\n[[tenant.user]]\n\
         id = \"48d31887-5fad-4d73-a9f5-3c356e68a038\"\nuser_principal_name = \"a@contoso.example\"\n\
         display_name = \"A\"\n{lines}"
    )
}

fn claims(lines: &str) -> StandardClaims {
    let directory = parse("test.toml", &with(lines)).unwrap_or_else(|errors| panic!("{}", errors[0]));
    directory.tenants[0].users[0].user.claims.clone()
}

#[test]
fn everything_can_be_said_and_nothing_must() {
    assert_eq!(claims(""), StandardClaims::default());
    let said = claims(
        "middle_name = \"M\"\nnickname = \"N\"\nprofile_uri = \"https://a.example/p\"\n\
         picture_uri = \"https://a.example/p.png\"\nwebsite_uri = \"https://a.example\"\nmail_verified = true\n\
         gender = \"any\"\nbirthdate = \"0000-05-14\"\ntime_zone = \"America/Argentina/Buenos_Aires\"\n\
         mobile_phone_verified = true\n[tenant.user.address]\nformatted = \"1 Street\\nCity\"\nstreet_address = \"1 Street\"\n\
         locality = \"City\"\nregion = \"R\"\npostal_code = \"1\"\ncountry = \"C\"\n",
    );
    let text = |text: &str| Some(text.to_owned());
    let address = PostalAddress {
        formatted: text("1 Street\nCity"),
        street_address: text("1 Street"),
        locality: text("City"),
        region: text("R"),
        postal_code: text("1"),
        country: text("C"),
    };
    let expected = StandardClaims {
        middle_name: text("M"),
        nickname: text("N"),
        profile: text("https://a.example/p"),
        picture: text("https://a.example/p.png"),
        website: text("https://a.example"),
        email_verified: true,
        gender: text("any"),
        birthdate: text("0000-05-14"),
        zoneinfo: text("America/Argentina/Buenos_Aires"),
        phone_number_verified: true,
        address: Some(address),
        updated_at: None,
    };
    assert_eq!(said, expected);
}

#[test]
fn what_is_none_is_refused_with_what_it_could_be() {
    for (line, expected) in [
        ("birthdate = \"14.5.1990\"", "expected something like 1990-05-14, 0000-05-14 or 1990"),
        ("birthdate = \"1990-13-01\"", "which is no date"),
        ("birthdate = \"1990-05-32\"", "which is no date"),
        ("birthdate = \"90\"", "which is no date"),
        ("time_zone = \"Paris, France\"", "expected something like Europe/Paris"),
        ("time_zone = \"/\"", "which names no time zone"),
        ("picture_uri = \"http://a.example/p.png\"", "expected https://"),
        ("address = { formatted = \"a\\tb\" }", "must not hold control characters"),
        ("address = { city = \"x\" }", "unknown key \"city\" in an address"),
        ("mail_verified = \"yes\"", "mail_verified"),
    ] {
        let errors = parse("test.toml", &with(line)).expect_err(line);
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|said| said.contains(expected)), "{line}: {said:?}");
    }
}
