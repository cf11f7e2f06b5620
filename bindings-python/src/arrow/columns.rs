//! The columns of a table, each as what is expected of it.

use std::ops::Range;

use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, cast::AsArray, downcast_integer, types::ArrowDictionaryKeyType,
};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use super::TableError;

const TEXT: &str = "text (string, large_string, string_view, or a dictionary of one of them)";

/// A column of texts, however they are laid out.
pub(super) enum Texts {
    Utf8(StringArray),
    LargeUtf8(LargeStringArray),
    Utf8View(StringViewArray),
    /// For each row the row of its text, among `count` ones.
    Dictionary {
        keys: Box<dyn Keys>,
        texts: Box<Self>,
        count: usize,
    },
    /// No row has a text: a column of the type null, or one that may be missing.
    Absent,
}

impl Texts {
    /// The text of a row that the table has.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Utf8(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::LargeUtf8(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Utf8View(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Dictionary { keys, texts, .. } => texts.get(keys.of(row)?),
            Self::Absent => None,
        }
    }
}

/// The keys of a dictionary, of whatever type they are.
pub(super) trait Keys: Send + Sync {
    /// The key of a row that the table has.
    fn of(&self, row: usize) -> Option<usize>;

    /// The keys of these rows, for as many as `keys` has room for.
    fn read(&self, rows: Range<usize>, keys: &mut [Option<usize>]);
}

impl<K: ArrowDictionaryKeyType> Keys for DictionaryArray<K> {
    fn of(&self, row: usize) -> Option<usize> {
        self.key(row)
    }

    fn read(&self, rows: Range<usize>, keys: &mut [Option<usize>]) {
        let values = self.keys().values().get(rows.clone()).unwrap_or_default();
        keys.iter_mut().zip(values).for_each(|(key, value)| *key = Some(value.as_usize()));
        if let Some(nulls) = self.keys().nulls() {
            keys.iter_mut().zip(rows).filter(|(_, row)| nulls.is_null(*row)).for_each(|(key, _)| *key = None);
        }
    }
}

/// `None` where the keys are of another type than the macro says.
macro_rules! keys_of {
    ($key:ty, $column:expr) => {
        $column.as_dictionary_opt::<$key>().map(|keys| Box::new(keys.clone()) as Box<dyn Keys>)
    };
}

/// The columns of one chunk of a table.
pub(super) struct Columns<'c> {
    pub(super) table: &'static str,
    pub(super) chunk: &'c RecordBatch,
}

impl Columns<'_> {
    /// A column of texts, which must be there.
    pub(super) fn texts(&self, name: &'static str) -> Result<Texts, TableError> {
        let column = self.column(name)?.ok_or_else(|| self.missing(name))?;
        self.read(name, column)
    }

    /// A column of texts, or none.
    pub(super) fn texts_or_none(&self, name: &'static str) -> Result<Texts, TableError> {
        self.column(name)?.map_or(Ok(Texts::Absent), |column| self.read(name, column))
    }

    /// A column of truth values, which must be there.
    pub(super) fn flags(&self, name: &'static str) -> Result<BooleanArray, TableError> {
        self.flags_or_none(name)?.ok_or_else(|| self.missing(name))
    }

    /// A column of truth values, or none.
    pub(super) fn flags_or_none(&self, name: &'static str) -> Result<Option<BooleanArray>, TableError> {
        let Some(column) = self.column(name)? else { return Ok(None) };
        let flags = column.as_boolean_opt().ok_or_else(|| self.wrong(name, "bool", column.data_type()))?;
        Ok(Some(flags.clone()))
    }

    fn column(&self, name: &'static str) -> Result<Option<&ArrayRef>, TableError> {
        let schema = self.chunk.schema_ref();
        let mut found = (0..).zip(schema.fields()).filter(|(_, field)| field.name() == name);
        let Some((index, _)) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(TableError::of(self.table, name, "the column is there twice; expected it once"));
        }
        let column = self.chunk.column(index);
        // What another program has laid out is checked before it is relied upon: offsets, keys, UTF-8.
        column
            .to_data()
            .validate_full()
            .map_err(|error| TableError::of(self.table, name, error.to_string()))?;
        Ok(Some(column))
    }

    fn read(&self, name: &'static str, column: &ArrayRef) -> Result<Texts, TableError> {
        Ok(match column.data_type() {
            DataType::Utf8 => Texts::Utf8(column.as_string().clone()),
            DataType::LargeUtf8 => Texts::LargeUtf8(column.as_string().clone()),
            DataType::Utf8View => Texts::Utf8View(column.as_string_view().clone()),
            DataType::Null => Texts::Absent,
            found @ DataType::Dictionary(key, values) if !matches!(**values, DataType::Dictionary(..)) => {
                let keys = downcast_integer! { key.as_ref() => (keys_of, column), _ => None };
                let texts = column.as_any_dictionary().values();
                Texts::Dictionary {
                    keys: keys.ok_or_else(|| self.wrong(name, TEXT, found))?,
                    texts: Box::new(self.read(name, texts)?),
                    count: texts.len(),
                }
            }
            found => return Err(self.wrong(name, TEXT, found)),
        })
    }

    fn missing(&self, name: &'static str) -> TableError {
        let schema = self.chunk.schema_ref();
        let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        TableError::of(self.table, name, format!("the column is missing; found {found:?}"))
    }

    fn wrong(&self, name: &'static str, expected: &str, found: &DataType) -> TableError {
        TableError::of(self.table, name, format!("expected {expected}, found {found}; cast the column"))
    }
}
