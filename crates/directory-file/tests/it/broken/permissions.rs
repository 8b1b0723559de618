//! Permissions of nothing.

use grantor_directory_file::parse;

use super::{refused, refused_below};
use crate::{API, APPLICATION, TENANT};

#[test]
fn a_permission_of_nothing_is_refused_with_those_that_there_are() {
    let above = format!("{TENANT}{API}{APPLICATION}");
    refused_below(
        &above,
        &[
            (
                "required_permissions = [«\"User.Read\"]",
                "must be written RESOURCE/VALUE; did you mean \"graph/User.Read\"?",
            ),
            ("required_permissions = [«\"Colors.Read\"]", "must be written RESOURCE/VALUE"),
            (
                "required_permissions = [\"graph/User.Read\", «\"api://colours/Colors.Read\"]",
                "unknown resource \"api://colours\"; expected one of: graph, api://colors; did you mean \"api://colors\"?",
            ),
            ("required_permissions = [«\"Graph/User.Read\"]", "did you mean \"graph\"?"),
            (
                "required_permissions = [«\"api://colors/Colors.Raed\"]",
                "\"api://colors\" has no scope \"Colors.Raed\"; expected one of: Colors.Read; did you mean \"Colors.Read\"?",
            ),
            ("required_permissions = [«\"graph/User.Raed\"]", "did you mean \"User.Read\"?"),
            ("required_permissions = [«\"api://colors/\"]", "\"api://colors\" has no scope \"\""),
            ("required_permissions = [«\"api://colors/.default\"]", "has no scope \".default\""),
            (
                "required_permissions = [«\"api://colors/Painter\"]",
                "it is an app role: those stand in required_app_roles and granted_app_roles",
            ),
            (
                "granted_app_roles = [«\"api://colors/Colors.Read\"]",
                "expected one of: Colors.Manage.All; it is a scope: those stand in required_permissions",
            ),
            ("granted_app_roles = [«\"api://colors/Painter\"]", "its allowed_member_types leave Application out"),
            (
                "granted_app_roles = [«\"graph/User.Read\"]",
                "\"graph\" has no app role for applications \"User.Read\"; expected one of: User.Read.All",
            ),
            ("granted_app_roles = [«\"app/X\"]", "\"app\" has no app role for applications"),
        ],
    );
    assert!(
        parse(
            "good.toml",
            &format!("{above}required_permissions = [\"c0105000-0000-4000-8000-00000000A001/colors.read\"]\n")
        )
        .is_ok()
    );
    let other = "[[tenant]]\nid = \"f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77\"\ndomain = \"b.example\"\ndisplay_name = \"B\"\nkind = \"organization\"\n";
    refused(
        &format!("{TENANT}{API}{other}{APPLICATION}required_permissions = [«\"api://colors/Colors.Read\"]\n"),
        "expected one of: graph; it belongs to another tenant",
    );
}

#[test]
fn an_unreadable_api_does_not_make_its_callers_wrong() {
    let api = API.replace("\"Colors API\"", "«\"\"").replace("c0105000-0000-4000-8000-00000000a001", "colors");
    let caller = "required_permissions = [\"api://colors/Colors.Read\"]\n";
    refused(&format!("{TENANT}{api}{APPLICATION}{caller}"), "\"display_name\" must not be empty");
    let api = API.replace("\"c0105000-0000-4000-8000-00000000a001\"", "«\"two words\"");
    refused(&format!("{TENANT}{api}{APPLICATION}{caller}"), "a client id holds visible ASCII");
}
