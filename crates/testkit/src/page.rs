//! A page as a person sees it: what stands in it, and the forms that can be filled in and sent.
//!
//! This reads the pages that we render, which are well-formed; it is no parser for the web.

use crate::Answer;

/// A page that was shown.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its address.
    pub address: String,
    /// The answer that it came in.
    pub answer: Answer,
    /// Its forms.
    pub forms: Vec<Form>,
}

/// A form with what is filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// The method, in lower case.
    pub method: String,
    /// Where it is sent.
    pub action: String,
    /// Its inputs: id, name, type and value.
    pub inputs: Vec<Input>,
    /// Its buttons: id, name and value.
    pub buttons: Vec<Input>,
}

/// One element of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its value.
    pub value: String,
    /// Whether it is ticked, if it can be.
    pub checked: bool,
}

impl Page {
    pub(crate) fn read(address: String, answer: Answer) -> Self {
        let forms = forms(answer.text());
        Self { address, answer, forms }
    }

    /// The text of the element with that id, without markup; `None` if there is none.
    pub fn text_of(&self, id: &str) -> Option<String> {
        let html = self.answer.text();
        let found = elements_of(html).into_iter().find(|element| element.attribute("id") == Some(id))?;
        let end = format!("</{}>", found.name);
        let inner = &html[found.end..];
        Some(plain(&inner[..inner.find(&end).unwrap_or(inner.len())]))
    }

    /// The whole page as text, without markup.
    pub fn text(&self) -> String {
        plain(self.answer.text())
    }

    /// Whether an element with that id is there.
    pub fn has(&self, id: &str) -> bool {
        elements_of(self.answer.text()).iter().any(|element| element.attribute("id") == Some(id))
    }

    /// The value of the input with that id.
    #[track_caller]
    pub fn value_of(&self, id: &str) -> &str {
        let mut inputs = self.forms.iter().flat_map(|form| &form.inputs);
        &inputs.find(|input| input.id == id).unwrap_or_else(|| panic!("no input #{id} on {}", self.address)).value
    }

    /// Fills an input in.
    #[track_caller]
    pub fn fill(&mut self, id: &str, value: &str) -> &mut Self {
        let mut inputs = self.forms.iter_mut().flat_map(|form| &mut form.inputs);
        let Some(input) = inputs.find(|input| input.id == id) else { panic!("no input #{id} on {}", self.address) };
        value.clone_into(&mut input.value);
        self
    }

    /// Ticks a box.
    #[track_caller]
    pub fn tick(&mut self, id: &str) -> &mut Self {
        let mut inputs = self.forms.iter_mut().flat_map(|form| &mut form.inputs);
        let found = inputs.find(|input| input.id == id && input.kind == "checkbox");
        let Some(input) = found else { panic!("no box #{id} on {}", self.address) };
        input.checked = true;
        self
    }

    /// The form that a button sends, with everything that goes with it.
    #[track_caller]
    pub fn pressed(&self, button: &str) -> (&Form, Vec<(String, String)>) {
        let has = |form: &&Form| form.buttons.iter().any(|found| found.id == button);
        let form = self
            .forms
            .iter()
            .find(has)
            .unwrap_or_else(|| panic!("no button #{button} on {}: {}", self.address, self.text()));
        let pressed = form.buttons.iter().filter(|found| found.id == button);
        let sent = form.inputs.iter().filter(|input| input.kind != "checkbox" || input.checked).chain(pressed);
        let pairs = sent.filter(|input| !input.name.is_empty()).map(|input| (input.name.clone(), input.value.clone()));
        (form, pairs.collect())
    }
}

fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for element in elements_of(html) {
        let input = || Input {
            id: element.attribute("id").unwrap_or_default().to_owned(),
            name: element.attribute("name").unwrap_or_default().to_owned(),
            kind: element.attribute("type").unwrap_or_default().to_owned(),
            value: element.attribute("value").unwrap_or_default().to_owned(),
            checked: element.attribute("checked").is_some(),
        };
        match (element.name, forms.last_mut()) {
            ("form", _) => forms.push(Form {
                method: element.attribute("method").unwrap_or("get").to_ascii_lowercase(),
                action: element.attribute("action").unwrap_or_default().to_owned(),
                inputs: Vec::new(),
                buttons: Vec::new(),
            }),
            ("input" | "textarea", Some(form)) => form.inputs.push(input()),
            ("button", Some(form)) => form.buttons.push(input()),
            _ => {}
        }
    }
    forms
}

/// One start tag.
#[derive(Clone, Debug)]
pub struct Element<'a> {
    /// Its name.
    pub name: &'a str,
    attributes: Vec<(&'a str, String)>,
    end: usize,
}

impl Element<'_> {
    /// An attribute, decoded.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The names of its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| *name)
    }
}

/// Every start tag of a page, in order.
pub fn elements_of(html: &str) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|offset| at + offset) {
        at = open + 1;
        if html[at..].starts_with(|character: char| character.is_ascii_alphabetic()) {
            let element = element(html, at);
            at = element.end;
            found.push(element);
        }
    }
    found
}

fn element(html: &str, start: usize) -> Element<'_> {
    let rest = &html[start..];
    let name = &rest[..rest.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(rest.len())];
    let mut attributes = Vec::new();
    let mut at = start + name.len();
    loop {
        let rest = &html[at..];
        let skipped = rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        at += skipped;
        if rest.is_empty() || rest.starts_with('>') {
            return Element { name, attributes, end: (at + 1).min(html.len()) };
        }
        let length = rest.find(|character: char| character == '=' || character == '>' || character.is_whitespace());
        let key = &rest[..length.unwrap_or(rest.len())];
        at += key.len().max(1);
        if let Some(value) = html[at..].strip_prefix("=\"") {
            let value = &value[..value.find('"').unwrap_or(value.len())];
            at += value.len() + 3;
            attributes.push((key, decoded(value)));
        } else {
            attributes.push((key, String::new()));
        }
    }
}

fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    decoded(text.trim())
}

/// Decodes the character references that the templates write.
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = rest.find(';').and_then(|end| Some((referred(&rest[1..end])?, end)));
        let (character, length) = known.map_or(('&', 1), |(character, end)| (character, end + 1));
        out.push(character);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn referred(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#')?.parse().ok().and_then(char::from_u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_with_their_decoded_values() {
        let html = "<form method=\"post\" action=\"/x\"><input type=\"hidden\" name=\"a\" value=\"&#60;&amp;\">\
                    <input id=\"u\" name=\"u\" required><button id=\"go\" name=\"d\" value=\"1\">Go</button></form>";
        let read = forms(html);
        assert_eq!((read[0].method.as_str(), read[0].action.as_str()), ("post", "/x"));
        assert_eq!(read[0].inputs[0].value, "<&");
        assert_eq!(read[0].inputs[1].id, "u");
        assert_eq!(read[0].buttons[0].name, "d");
    }

    #[test]
    fn markup_is_no_text() {
        assert_eq!(plain("<p>a <b>&lt;b&gt;</b></p>"), "a <b>");
    }
}
