//! Distinguished names as text (RFC 4514), compared with those of certificates.

/// The attribute types that have short names (RFC 4514 §3), by their numbers; and that of mail addresses, which every tool writes.
const NAMES: [(&str, &str); 10] = [
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
];

/// Whether a text is the distinguished name of a certificate's subject: the text begins with what stands last in the certificate
/// (RFC 4514 §2.1). Types are compared by what they mean, values letter by letter.
pub(super) fn is_the_subject(text: &str, subject: &[Vec<(String, String)>]) -> bool {
    let Some(named) = parse(text) else { return false };
    let sorted = |name: &Vec<(String, String)>| {
        let mut name = name.clone();
        name.sort();
        name
    };
    let found: Vec<_> = subject.iter().rev().map(sorted).collect();
    !named.is_empty() && named.iter().map(sorted).collect::<Vec<_>>() == found
}

fn parse(text: &str) -> Option<Vec<Vec<(String, String)>>> {
    let relative = split(text, ',')?;
    relative.iter().map(|name| split(name, '+')?.iter().map(|one| attribute(one)).collect()).collect()
}

/// The parts between separators that are not escaped.
fn split(text: &str, separator: char) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let last = parts.last_mut()?;
        match character {
            '\\' => last.extend(['\\', characters.next()?]),
            one if one == separator => parts.push(String::new()),
            one => last.push(one),
        }
    }
    Some(parts)
}

fn attribute(text: &str) -> Option<(String, String)> {
    let (kind, value) = text.split_once('=')?;
    let kind = kind.trim();
    let number = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, number)| (*number).to_owned());
    let dotted = || kind.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then(|| kind.to_owned());
    Some((number.or_else(dotted)?, value_of(value)?))
}

/// A value without its escapes; spaces around it that are not escaped do not count.
fn value_of(text: &str) -> Option<String> {
    let text = text.trim_start_matches(' ');
    if let Some(digits) = text.strip_prefix('#') {
        return Some(format!("#{}", digits.trim_end().to_ascii_lowercase()));
    }
    let mut bytes = Vec::new();
    let mut kept = 0;
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            kept = if byte == b' ' { kept } else { bytes.len() };
            continue;
        }
        let first = rest.next()?;
        match char::from(first).to_digit(16) {
            Some(high) => {
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            None => bytes.push(first),
        }
        kept = bytes.len();
    }
    bytes.truncate(kept);
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(names: &[&[(&str, &str)]]) -> Vec<Vec<(String, String)>> {
        let owned = |(kind, value): &(&str, &str)| ((*kind).to_owned(), (*value).to_owned());
        names.iter().map(|name| name.iter().map(owned).collect()).collect()
    }

    #[test]
    fn a_name_is_read_from_its_end_and_escapes_count() {
        let plain = subject(&[&[("2.5.4.6", "NO")], &[("2.5.4.10", "A, B + C")], &[("2.5.4.3", "client ")]]);
        for same in [
            r"CN=client\ ,O=A\, B \+ C,C=NO",
            r"cn = client\20, o = A\2C B \2b C , c=NO",
            r"2.5.4.3=client\ ,2.5.4.10=A\, B \+ C,2.5.4.6=NO",
        ] {
            assert!(is_the_subject(same, &plain), "{same}");
        }
        for other in [
            r"C=NO,O=A\, B \+ C,CN=client\ ",
            r"CN=client,O=A\, B \+ C,C=NO",
            r"CN=client\ ,C=NO",
            r"CN=CLIENT\ ,O=A\, B \+ C,C=NO",
            r"CN=client\ ,O=A, B \+ C,C=NO",
            "",
            ",",
            "CN",
            "nonsense=x",
            r"CN=\",
        ] {
            assert!(!is_the_subject(other, &plain), "{other}");
        }
    }

    #[test]
    fn several_attributes_of_one_name_have_no_order() {
        let several = subject(&[&[("2.5.4.3", "Ö"), ("0.9.2342.19200300.100.1.1", "7")]]);
        assert!(is_the_subject("UID=7+CN=Ö", &several) && is_the_subject(r"CN=\C3\96+UID=7", &several));
        assert!(!is_the_subject("UID=7,CN=Ö", &several));
        assert!(!is_the_subject("", &subject(&[])), "no name is no name");
    }

    #[test]
    fn values_that_are_no_text_are_compared_by_their_encoding() {
        assert!(is_the_subject("1.2.3=#0403AB", &subject(&[&[("1.2.3", "#0403ab")]])));
    }
}
