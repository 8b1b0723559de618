//! People of a tenant, named by others: in groups, assignments and consents. Whether there is somebody of that name is known
//! only when the file is applied; what cannot be a name in this tenant is refused here.

use crate::fields::Placed;
use crate::report::{Problem, Report, shown};
use crate::{text, user};

/// The people of one tenant.
pub(crate) struct People<'t> {
    /// What their names must end in, if there is one.
    pub(crate) required_domain: Option<&'t str>,
}

impl People<'_> {
    /// The sign-in name of one of them; what is wrong with it has been reported.
    pub(crate) fn one(&self, name: Placed<&str>, key: &str, report: &Report) -> Option<String> {
        if let Some(wrong) = text::wrong_with_address(name.value) {
            report.add(Problem::at(name.at, format!("\"{key}\" is {}: it {wrong}", shown(name.value))));
            return None;
        }
        user::in_domain(name, self.required_domain, report);
        Some(name.value.to_owned())
    }
}
