//! Where a byte stands, in lines and columns.

/// The beginnings of the lines of a text.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column, both from 1, of a byte offset; the column counts characters. An offset inside a character stands for
    /// the character, one behind the text for its end.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = &self.text[self.starts[line - 1]..offset];
        // Editors do not show a byte order mark.
        (line, before.trim_start_matches('\u{feff}').chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let lines = Lines::of("ab\n\u{e4}b\r\n");
        let rows = [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (2, 1)), (5, (2, 2)), (8, (3, 1)), (99, (3, 1))];
        for (offset, expected) in rows {
            assert_eq!(lines.position(offset), expected, "{offset}");
        }
        assert_eq!(Lines::of("").position(0), (1, 1));
        assert_eq!(Lines::of("\u{feff}a").position(3), (1, 1));
    }
}
