//! The ids of directory roles, which `wids` tells (Source: entra-dialect 13.5).

use grantor_rules::directory_api::derived_id;
use grantor_rules::model::User;
use uuid::Uuid;

/// The ids that Microsoft publishes for its built-in roles (Source: the page "Microsoft Entra built-in roles").
const PUBLISHED: [(&str, u128); 5] = [
    (User::GLOBAL_ADMINISTRATOR, 0x62e9_0394_69f5_4237_9190_0121_7714_5e10),
    ("Application Administrator", 0x9b89_5d92_2cd3_44c7_9d02_a6ac_2d5e_a5c3),
    ("Cloud Application Administrator", 0x158c_047a_c907_4556_b7ef_4465_51a6_b5f7),
    ("Privileged Role Administrator", 0xe861_1ab8_c189_46e8_94e1_6021_3ab1_f814),
    ("User Administrator", 0xfe93_0be7_5e62_47db_91af_98c3_a49a_38b1),
];

/// The template id of a directory role, the same in every tenant and for ever.
pub fn template_id(role: &str) -> Uuid {
    let published = PUBLISHED.iter().find(|(name, _)| *name == role);
    published.map_or_else(|| derived_id(&format!("directory-role/{role}")), |(_, id)| Uuid::from_u128(*id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_role_has_an_id_of_its_own() {
        let ids: std::collections::BTreeSet<_> =
            User::DIRECTORY_ROLES.iter().chain(&["Another Role"]).map(|role| template_id(role)).collect();
        assert_eq!(ids.len(), User::DIRECTORY_ROLES.len() + 1);
        let global = template_id(User::GLOBAL_ADMINISTRATOR);
        assert_eq!(global.to_string(), "62e90394-69f5-4237-9190-012177145e10");
    }
}
