//! One table of the file: its keys, each with its type and its place.

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::report::{Problem, Report, shown};

/// A value and the byte of the text where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) at: usize,
}

/// What a kind of table is called, how its header is written and which keys it may have.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) header: &'static str,
    pub(crate) keys: &'static [&'static str],
    /// Keys that somebody may well expect and that there are not, each with what to do instead.
    pub(crate) not_keys: &'static [(&'static str, &'static str)],
}

/// One table, whose unknown keys have been reported. A key of the wrong type is reported when it is asked for and is then
/// as good as absent.
pub(crate) struct Fields<'t> {
    kind: &'static Kind,
    at: usize,
    table: &'t DeTable<'t>,
    pub(crate) report: &'t Report,
}

impl<'t> Fields<'t> {
    pub(crate) fn new(kind: &'static Kind, at: usize, table: &'t DeTable<'t>, report: &'t Report) -> Self {
        for key in table.keys().filter(|key| !kind.keys.contains(&key.get_ref().as_ref())) {
            let what = format!("unknown key {} in {}", shown(key.get_ref()), kind.name);
            let choices = kind.keys.iter().map(|&key| key.to_owned()).collect();
            let problem = Problem::at(key.span().start, what);
            let problem = match kind.not_keys.iter().find(|(not, _)| not == key.get_ref()) {
                Some((_, instead)) => problem.hint(*instead),
                None => problem,
            };
            report.add(problem.choices(key.get_ref(), choices));
        }
        Self { kind, at, table, report }
    }

    /// Where the table begins.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn text(&self, key: &str) -> Option<Placed<&'t str>> {
        let node = self.table.get(key)?;
        let text = node.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(key, "a string", node);
        }
        text.map(|value| Placed { value, at: node.span().start })
    }

    pub(crate) fn required_text(&self, key: &str) -> Option<Placed<&'t str>> {
        self.require(key);
        self.text(key)
    }

    /// Reports that a key which must be there is not.
    pub(crate) fn require(&self, key: &str) {
        if !self.has(key) {
            self.report.add(Problem::at(self.at, format!("{} lacks the key \"{key}\"", self.kind.name)));
        }
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        let node = self.table.get(key)?;
        let flag = node.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, "true or false", node);
        }
        flag
    }

    pub(crate) fn integer(&self, key: &str) -> Option<Placed<i64>> {
        let node = self.table.get(key)?;
        let Some(integer) = node.get_ref().as_integer() else {
            self.wrong_type(key, "an integer", node);
            return None;
        };
        // What does not fit is out of every range.
        let value = i64::from_str_radix(integer.as_str(), integer.radix()).unwrap_or(i64::MAX);
        Some(Placed { value, at: node.span().start })
    }

    /// The texts of a list; none where the key is absent.
    pub(crate) fn texts(&self, key: &str) -> Vec<Placed<&'t str>> {
        let element = |node: &'t Spanned<DeValue<'t>>| {
            let text = node.get_ref().as_str();
            if text.is_none() {
                self.wrong_type(key, "a list of strings", node);
            }
            text.map(|value| Placed { value, at: node.span().start })
        };
        self.list(key, "a list of strings").filter_map(element).collect()
    }

    /// The tables of a list; none where the key is absent.
    pub(crate) fn tables(&self, key: &str, kind: &'static Kind) -> Vec<Fields<'t>> {
        let expected = format!("a list of tables, {}", kind.header);
        let element = |node: &'t Spanned<DeValue<'t>>| {
            let table = node.get_ref().as_table();
            if table.is_none() {
                self.wrong_type(key, &expected, node);
            }
            table.map(|table| Fields::new(kind, node.span().start, table, self.report))
        };
        self.list(key, &expected).filter_map(element).collect()
    }

    /// The one table of a key.
    pub(crate) fn table(&self, key: &str, kind: &'static Kind) -> Option<Fields<'t>> {
        let node = self.table.get(key)?;
        let table = node.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(key, &format!("a table, {}", kind.header), node);
        }
        table.map(|table| Fields::new(kind, node.span().start, table, self.report))
    }

    /// A date, with or without a time.
    pub(crate) fn moment(&self, key: &str) -> Option<Placed<Datetime>> {
        let node = self.table.get(key)?;
        let moment = node.get_ref().as_datetime();
        if moment.is_none() {
            self.wrong_type(key, "a date", node);
        }
        moment.map(|moment| Placed { value: *moment, at: node.span().start })
    }

    /// The keys and values of a table within the table; none where the key is absent.
    pub(crate) fn entries(&self, key: &str) -> Vec<(Placed<&'t str>, &'t Spanned<DeValue<'t>>)> {
        let Some(node) = self.table.get(key) else { return Vec::new() };
        let Some(table) = node.get_ref().as_table() else {
            self.wrong_type(key, "a table, such as { name = \"value\" }", node);
            return Vec::new();
        };
        table.iter().map(|(key, node)| (Placed { value: key.get_ref().as_ref(), at: key.span().start }, node)).collect()
    }

    /// Where the list of a key begins, if it is one and holds nothing.
    pub(crate) fn place_of_empty_list(&self, key: &str) -> Option<usize> {
        let node = self.table.get(key)?;
        node.get_ref().as_array().is_some_and(|array| array.is_empty()).then(|| node.span().start)
    }

    /// Reports a list that holds nothing.
    pub(crate) fn refuse_empty_list(&self, key: &str) {
        if let Some(at) = self.place_of_empty_list(key) {
            self.report.add(Problem::at(at, format!("\"{key}\" must not be empty")));
        }
    }

    fn list(&self, key: &str, expected: &str) -> impl Iterator<Item = &'t Spanned<DeValue<'t>>> + use<'t> {
        let node = self.table.get(key);
        let array = node.and_then(|node| node.get_ref().as_array());
        if let (Some(node), None) = (node, array) {
            self.wrong_type(key, expected, node);
        }
        array.into_iter().flat_map(|array| array.iter())
    }

    /// Says which type was found, not which value: it may be a password in the wrong place.
    fn wrong_type(&self, key: &str, expected: &str, node: &Spanned<DeValue<'_>>) {
        let what = format!("\"{key}\" must be {expected}, not {}", described(node.get_ref()));
        self.report.add(Problem::at(node.span().start, what));
    }
}

fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
