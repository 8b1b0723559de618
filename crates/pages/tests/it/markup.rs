//! A reader for the markup that our templates write: each attribute in double quotes, each element closed.

/// A start tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    pub name: &'a str,
    pub attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }
}

const VOID: [&str; 4] = ["meta", "link", "input", "img"];

/// The start tags of a document, in order. Panics where an element is not closed or closed in the wrong place.
pub fn tags(document: &str) -> Vec<Tag<'_>> {
    let mut rest = document.strip_prefix("<!doctype html>").expect("a document type");
    let mut found = Vec::new();
    let mut open = Vec::new();
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(after) = after.strip_prefix('/') {
            let (name, after) = after.split_once('>').expect("the end of an end tag");
            assert_eq!(open.pop(), Some(name), "closed in the wrong place");
            rest = after;
        } else {
            let (tag, after) = start_tag(after);
            if !VOID.contains(&tag.name) {
                open.push(tag.name);
            }
            found.push(tag);
            rest = after;
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "left open");
    found
}

fn start_tag(text: &str) -> (Tag<'_>, &str) {
    let (name, mut rest) = text.split_at(text.find([' ', '>']).expect("the end of a tag's name"));
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "odd name: {name}");
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (Tag { name, attributes }, after);
        }
        let (key, after) = rest.split_at(rest.find(['=', ' ', '>']).expect("the end of an attribute's name"));
        assert!(key.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "odd attribute: {key}");
        let value;
        (value, rest) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').expect("a closing quote"),
            None => ("", after),
        };
        attributes.push((key, value));
    }
}
