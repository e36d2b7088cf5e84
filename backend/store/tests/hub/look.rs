//! Everything that stands in a database, whatever its tables are called.

use sqlx::{AnyConnection, AssertSqlSafe, Connection};

/// A value of a column of text.
#[derive(Debug)]
pub(crate) struct Text {
    /// `table.column`
    pub(crate) column: String,
    value: String,
}

impl Text {
    pub(crate) fn holds(&self, mark: &str) -> bool {
        self.value.contains(mark)
    }
}

/// The value of every text column of every row of every table.
pub(crate) async fn texts(url: &str) -> Vec<Text> {
    let mut connection = AnyConnection::connect(url).await.expect("connects");
    let columns = match connection.backend_name() {
        "SQLite" => {
            "SELECT tables.name, columns.name FROM sqlite_master tables JOIN pragma_table_info(tables.name) columns \
             WHERE tables.type = 'table' AND columns.type = 'TEXT'"
        }
        _ => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'text'"
        }
    };
    let columns: Vec<(String, String)> = sqlx::query_as(columns).fetch_all(&mut connection).await.expect("lists");
    for expected in [("workshops", "name"), ("seats", "participant"), ("hub_events", "body"), ("hub_records", "run")] {
        assert!(columns.iter().any(|(table, column)| (&**table, &**column) == expected), "{expected:?} is not listed");
    }
    let mut texts = Vec::new();
    for (table, column) in columns {
        let query = format!("SELECT {column} FROM {table}");
        let values: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await.expect("reads");
        texts.extend(values.into_iter().map(|value| Text { column: format!("{table}.{column}"), value }));
    }
    connection.close().await.expect("closes");
    texts
}

/// Number of rows of a table.
pub(crate) async fn rows(url: &str, table: &str) -> i64 {
    let mut connection = AnyConnection::connect(url).await.expect("connects");
    let query = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    let rows = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("counts");
    connection.close().await.expect("closes");
    rows
}
