//! The files that the pages load: a style sheet and an icon, inside the binary.
//!
//! Each file's name holds a hash of its content, so it may be cached for ever.

/// A file to serve as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The path of the address, with a hash of the content in the name.
    pub path: &'static str,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
}

const CSS: &[u8] = include_bytes!("../assets/grantor.css");
const ICON: &[u8] = include_bytes!("../assets/grantor.svg");

static CSS_PATH: [u8; 36] = named("/assets/grantor-", CSS, ".css");
static ICON_PATH: [u8; 36] = named("/assets/grantor-", ICON, ".svg");

static ASSETS: [Asset; 2] = [
    Asset { path: text(&CSS_PATH), content_type: "text/css; charset=utf-8", bytes: CSS },
    Asset { path: text(&ICON_PATH), content_type: "image/svg+xml", bytes: ICON },
];

/// All files, in no particular order.
pub fn assets() -> &'static [Asset] {
    &ASSETS
}

/// Where the style sheet stands.
pub fn stylesheet_path() -> &'static str {
    ASSETS[0].path
}

/// Where the icon stands.
pub fn icon_path() -> &'static str {
    ASSETS[1].path
}

/// `before`, the hash in sixteen hexadecimal digits, `after`.
const fn named<const N: usize>(before: &str, content: &[u8], after: &str) -> [u8; N] {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    assert!(before.len() + 16 + after.len() == N, "the array is as long as the name");
    let hash = fnv1a(content).to_be_bytes();
    let mut name = [0; N];
    let mut at = 0;
    while at < N {
        name[at] = if at < before.len() {
            before[at]
        } else if at < before.len() + 16 {
            let digit = at - before.len();
            b"0123456789abcdef"[((hash[digit / 2] >> (4 * (1 - digit % 2))) & 15) as usize]
        } else {
            after[at - before.len() - 16]
        };
        at += 1;
    }
    name
}

/// FNV-1a, 64 bits: it tells versions of a file apart and protects nothing.
const fn fnv1a(content: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < content.len() {
        hash = (hash ^ content[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

const fn text(name: &'static [u8]) -> &'static str {
    match std::str::from_utf8(name) {
        Ok(text) => text,
        Err(_) => panic!("the name is ASCII"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_the_hash_of_the_content() {
        // The published vector for "foobar".
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(&named::<18>("/", b"foobar", "x"), b"/85944171f73967e8x");
        assert_eq!(stylesheet_path(), format!("/assets/grantor-{:016x}.css", fnv1a(CSS)));
        assert_eq!(icon_path(), format!("/assets/grantor-{:016x}.svg", fnv1a(ICON)));
    }
}
