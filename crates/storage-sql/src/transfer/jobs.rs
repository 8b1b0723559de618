//! The transactions of a transfer: a page is read, a page is written.

use grantor_storage::Fault;

use super::tables::{ROWS_OF_A_STATEMENT, Statements};
use crate::conn::{Conn, Job, Row, V, Value};

/// A row, in the order of the table's columns.
pub type Cells = Vec<Value>;

/// Reads the rows after a key, or the first ones.
pub struct ReadPage<'a> {
    pub of: &'static Statements,
    pub after: Option<&'a [Value]>,
    pub most: u32,
}

impl Job for ReadPage<'_> {
    type Out = Vec<Cells>;

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let mut values: Vec<V<'_>> = self.after.unwrap_or_default().iter().filter_map(V::of).collect();
        values.push(V::Int(self.most.into()));
        let sql = if self.after.is_some() { self.of.next } else { self.of.first };
        conn.many(sql, &values).await?.into_iter().map(|row| self.cells(row)).collect()
    }
}

impl ReadPage<'_> {
    fn cells(&self, row: Row) -> Result<Cells, Fault> {
        let cells = row.into_values();
        let table = self.of.table;
        for (column, cell) in table.columns.iter().zip(&cells) {
            if let Value::Alien(what) = cell {
                let key = format!("{:?}", &cells[..table.key]);
                return Err(Fault::ImpossibleRow { table: table.name, column, key, what: format!("found {what}") });
            }
        }
        Ok(cells)
    }
}

/// Writes rows; one whose key is there already stays as it is.
pub struct WritePage {
    pub of: &'static Statements,
    pub rows: Vec<Cells>,
}

impl Job for WritePage {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<Self::Out, Fault> {
        let (many, rest) = self.rows.as_chunks::<ROWS_OF_A_STATEMENT>();
        for rows in many {
            conn.exec(self.of.insert_many, &parameters(rows)).await?;
        }
        for row in rest {
            conn.exec(self.of.insert, &parameters(std::slice::from_ref(row))).await?;
        }
        Ok(())
    }
}

fn parameters(rows: &[Cells]) -> Vec<V<'_>> {
    rows.iter().flatten().map(|cell| V::of(cell).expect("a page with an alien value is never read")).collect()
}
