//! What a browser keeps of `Set-Cookie`, and when it sends it (RFC 6265bis §5).

/// A cookie that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Below which path it is sent.
    pub path: String,
    /// Whether it is sent over TLS alone.
    pub secure: bool,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// What `SameSite` says, in lower case.
    pub same_site: Option<String>,
}

/// The cookies of one browser for one host.
#[derive(Clone, Debug, Default)]
pub struct CookieJar(Vec<Cookie>);

impl CookieJar {
    /// Takes a cookie, unless a browser would not.
    pub fn take(&mut self, set_cookie: &str, over_tls: bool) {
        let mut parts = set_cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let mut cookie = Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            path: "/".to_owned(),
            secure: false,
            http_only: false,
            same_site: None,
        };
        let (mut has_domain, mut has_path, mut ends) = (false, false, false);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.to_ascii_lowercase().as_str() {
                "path" => (cookie.path, has_path) = (value.to_owned(), true),
                "domain" => has_domain = true,
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "samesite" => cookie.same_site = Some(value.to_ascii_lowercase()),
                "max-age" => ends = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                _ => {}
            }
        }
        let rootless = !has_path || cookie.path != "/";
        let forged_prefix = name.starts_with("__Host-") && (!cookie.secure || has_domain || rootless);
        let insecure = (cookie.secure || name.starts_with("__Secure-")) && !over_tls;
        let cross_site_in_clear = cookie.same_site.as_deref() == Some("none") && !cookie.secure;
        if forged_prefix || insecure || cross_site_in_clear {
            return;
        }
        self.0.retain(|known| known.name != cookie.name || known.path != cookie.path);
        if !ends {
            self.0.push(cookie);
        }
    }

    /// What is kept, in the order in which it came.
    pub fn all(&self) -> &[Cookie] {
        &self.0
    }

    /// A cookie whose name holds `part`.
    pub fn find(&self, part: &str) -> Option<&Cookie> {
        self.0.iter().find(|cookie| cookie.name.contains(part))
    }

    /// The `Cookie` header for `path`; `framed` in a frame on somebody else's page, where only `SameSite=None` is sent.
    pub fn header(&self, path: &str, over_tls: bool, framed: bool) -> Option<String> {
        let reaches = |cookie: &&Cookie| {
            let below = path == cookie.path
                || path
                    .strip_prefix(cookie.path.as_str())
                    .is_some_and(|rest| cookie.path.ends_with('/') || rest.starts_with('/'));
            below && (over_tls || !cookie.secure) && (!framed || cookie.same_site.as_deref() == Some("none"))
        };
        let pairs: Vec<String> =
            self.0.iter().filter(reaches).map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_drop_is_dropped() {
        let mut jar = CookieJar::default();
        jar.take("__Host-a=1; Path=/; HttpOnly", true);
        jar.take("__Host-b=1; Path=/x; Secure", true);
        jar.take("__Host-c=1; Path=/; Secure; Domain=localhost", true);
        jar.take("d=1; Path=/; Secure", false);
        jar.take("e=1; Path=/; SameSite=None", true);
        assert_eq!(jar.all(), []);
        jar.take("__Host-f=1; Path=/; Secure; SameSite=None", true);
        jar.take("g=1; Path=/sign-in; SameSite=Lax", true);
        assert_eq!(jar.header("/sign-in/x", true, false).unwrap(), "__Host-f=1; g=1");
        assert_eq!(jar.header("/sign-inx", true, false).unwrap(), "__Host-f=1");
        assert_eq!(jar.header("/sign-in/x", true, true).unwrap(), "__Host-f=1");
        jar.take("__Host-f=; Path=/; Secure; Max-Age=0", true);
        assert_eq!(jar.all().len(), 1);
    }
}
