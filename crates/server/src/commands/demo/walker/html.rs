//! As much reading of HTML as our own pages need: forms with their inputs, and the text of an element.

/// A form as it will be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Fills a field in.
    pub fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }
}

/// The form that holds an element with this id.
pub fn form_with(page: &str, id: &str) -> Option<Form> {
    forms(page).find(|text| tags(text).any(|tag| attribute(tag, "id").as_deref() == Some(id))).map(read)
}

/// The form of a page that has just one.
pub fn only_form(page: &str) -> Option<Form> {
    let mut found = forms(page);
    match (found.next(), found.next()) {
        (Some(form), None) => Some(read(form)),
        _ => None,
    }
}

/// The permissions that a consent page lists, in its own words.
pub fn permissions(page: &str) -> Vec<String> {
    let list = page
        .split_once("id=\"permissions\"")
        .and_then(|(_, rest)| rest.split_once("</ul>"))
        .map_or("", |(list, _)| list);
    list.split("<li").skip(1).map(|item| plain(item.split_once('>').map_or(item, |(_, rest)| rest))).collect()
}

/// The text of the element with this id.
pub fn text_of(page: &str, id: &str) -> String {
    let start = page.split_once(&format!("id=\"{id}\"")).and_then(|(_, rest)| rest.split_once('>'));
    start.map(|(_, rest)| plain(rest.split("</").next().unwrap_or_default())).unwrap_or_default()
}

fn forms(page: &str) -> impl Iterator<Item = &str> {
    page.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or_default())
}

fn read(text: &str) -> Form {
    let head = text.split('>').next().unwrap_or_default();
    let inputs =
        tags(text).filter(|tag| tag.starts_with("input") && attribute(tag, "type").as_deref() != Some("checkbox"));
    let field = |tag: &str| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()));
    Form { action: attribute(head, "action").unwrap_or_default(), fields: inputs.filter_map(field).collect() }
}

fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| unescaped(value))
}

fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => {
                inside = true;
                text.push(' ');
            }
            '>' => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The escapes that our templates write.
fn unescaped(text: &str) -> String {
    let escapes = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
    ];
    let text = escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain));
    text.replace("&#38;", "&").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<form method="post" action="/a&#38;b"><input type="hidden" name="csrf" value="x&#34;y">
        <input id="password" name="password"></form><ul id="permissions"><li><b>See your colors</b> <small>Colors</small></li></ul>
        <p id="error">No &#60;way&#62;</p>"#;

    #[test]
    fn a_form_is_read_with_its_fields() {
        let mut form = form_with(PAGE, "password").unwrap();
        assert_eq!(form.action, "/a&b");
        form.set("password", "p");
        assert_eq!(form.fields, [("csrf".to_owned(), "x\"y".to_owned()), ("password".to_owned(), "p".to_owned())]);
        assert_eq!(form_with(PAGE, "accept"), None);
        assert!(only_form(PAGE).is_some());
    }

    #[test]
    fn texts_are_read_without_their_tags() {
        assert_eq!(permissions(PAGE), ["See your colors Colors"]);
        assert_eq!(text_of(PAGE, "error"), "No <way>");
        assert_eq!(text_of(PAGE, "none"), "");
    }
}
