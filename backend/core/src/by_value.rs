//! Deserialising by way of a JSON value, with one small family of code for both the text and the buffers of serde.
//!
//! A tagged enum buffers its content, so serde generates each type below it once for the text and once for the
//! buffer; and a deserialiser that takes a struct as a list too has every struct generated twice. [`Looked`] takes a
//! struct as an object only, by reference, with an error that costs nothing to pass on.

use std::fmt::{self, Display};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

/// Reads a type out of a JSON value.
///
/// # Errors
/// The value is not of the type's shape.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Mismatch> {
    T::deserialize(Looked(value))
}

/// Reads a field out of a JSON object.
///
/// # Errors
/// The field is missing, or is not of the type's shape.
pub(crate) fn field<T: DeserializeOwned>(object: &Value, name: &'static str) -> Result<T, Mismatch> {
    from_value(object.get(name).ok_or_else(|| Mismatch::missing_field(name))?)
}

/// For `#[serde(deserialize_with)]`.
pub(crate) fn by_value<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    from_value(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// A JSON value is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch(Words);

// The browser shows no more than that an answer does not fit; words for it would be a tenth of its code.
#[cfg(target_arch = "wasm32")]
type Words = &'static str;
#[cfg(not(target_arch = "wasm32"))]
type Words = String;

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Mismatch {}

impl Error for Mismatch {
    #[cfg(target_arch = "wasm32")]
    fn custom<T: Display>(_: T) -> Self {
        Mismatch("another shape than expected")
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn custom<T: Display>(says: T) -> Self {
        Mismatch(says.to_string())
    }
}

/// A value that is looked at.
#[derive(Clone, Copy)]
struct Looked<'de>(&'de Value);

impl Looked<'_> {
    fn unfit<T>(self, expected: &'static str) -> Result<T, Mismatch> {
        let found = match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(bool) => Unexpected::Bool(*bool),
            Value::Number(_) => Unexpected::Other("this number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Err(Mismatch::invalid_type(found, &expected))
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $as:ident $expected:literal)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            match self.0.$as() {
                Some(number) => visitor.$visit(number),
                None => self.unfit($expected),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Looked<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(bool) => visitor.visit_bool(*bool),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., Some(number)) => visitor.visit_f64(number),
                _ => self.unfit("a number of 64 bits"),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(map) => visitor.visit_map(Entries::of(map)),
        }
    }

    numbers! {
        deserialize_u8 visit_u64 as_u64 "a whole number"
        deserialize_u16 visit_u64 as_u64 "a whole number"
        deserialize_u32 visit_u64 as_u64 "a whole number"
        deserialize_u64 visit_u64 as_u64 "a whole number"
        deserialize_i8 visit_i64 as_i64 "an integer"
        deserialize_i16 visit_i64 as_i64 "an integer"
        deserialize_i32 visit_i64 as_i64 "an integer"
        deserialize_i64 visit_i64 as_i64 "an integer"
        deserialize_f32 visit_f64 as_f64 "a number"
        deserialize_f64 visit_f64 as_f64 "a number"
        deserialize_bool visit_bool as_bool "true or false"
        deserialize_char visit_str as_str "a character"
        deserialize_str visit_str as_str "a text"
        deserialize_string visit_str as_str "a text"
        deserialize_identifier visit_str as_str "a word"
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            _ => self.unfit("a list"),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Object(map) => visitor.visit_map(Entries::of(map)),
            _ => self.unfit("an object"),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, content: None }),
            Value::Object(map) if map.len() == 1 => match map.iter().next() {
                Some((name, content)) => visitor.visit_enum(Variant { name, content: Some(content) }),
                None => self.unfit("a variant"),
            },
            _ => self.unfit("a variant"),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct }
}

struct Items<'de>(std::slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.0.next().map(|item| seed.deserialize(Looked(item))).transpose()
    }
}

struct Entries<'de> {
    entries: serde_json::map::Iter<'de>,
    value: Option<&'de Value>,
}

impl<'de> Entries<'de> {
    fn of(map: &'de Map<String, Value>) -> Self {
        Entries { entries: map.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Key(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        seed.deserialize(Looked(self.value.take().unwrap_or(&Value::Null)))
    }
}

/// A key of an object: a word.
struct Key<'de>(&'de str);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_str(self.0)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A variant of an enum: its name alone, or its name with what it holds.
struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Mismatch;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Mismatch> {
        Ok((seed.deserialize(Key(self.name))?, Content(Looked(self.content.unwrap_or(&Value::Null)))))
    }
}

struct Content<'de>(Looked<'de>);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        if self.0.0.is_null() { Ok(()) } else { self.0.unfit("nothing") }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        self.0.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        Bare,
        Fields { count: u32, share: f64, below: i64 },
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Plain {
        Word,
        One(u8),
        Two(u8, char),
        Named { yes: bool },
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Newtype(String);

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct All {
        tagged: Vec<Tagged>,
        plain: Vec<Plain>,
        pairs: Vec<(u16, u32)>,
        map: BTreeMap<String, Option<f64>>,
        name: Newtype,
        any: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent: Option<String>,
        #[serde(default)]
        unit: (),
    }

    #[test]
    fn what_serde_writes_is_read() {
        let all = All {
            tagged: vec![Tagged::Bare, Tagged::Fields { count: 7, share: 0.1, below: -3 }],
            plain: vec![Plain::Word, Plain::One(1), Plain::Two(2, 'x'), Plain::Named { yes: true }],
            pairs: vec![(1, 2), (3, 4)],
            map: [("a".to_owned(), Some(1.0)), ("b".to_owned(), None)].into(),
            name: Newtype("n".into()),
            any: json!({"deep": [1, -2, 0.5, null, "text"]}),
            absent: None,
            unit: (),
        };
        let value = serde_json::to_value(&all).expect("serialises");
        assert_eq!(from_value::<All>(&value), Ok(all));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let says = |value: Value| from_value::<Tagged>(&value).expect_err("does not fit").to_string();
        assert_eq!(says(json!({"kind": "fields", "count": 1, "share": 1})), "missing field `below`");
        assert_eq!(
            from_value::<Plain>(&json!({"one": "x"})).expect_err("a text").to_string(),
            "invalid type: string \"x\", expected a whole number"
        );
        assert_eq!(
            from_value::<Newtype>(&json!(5)).expect_err("a number").to_string(),
            "invalid type: this number, expected a text"
        );
        assert!(says(json!({"kind": "newer"})).starts_with("unknown variant `newer`"));
        assert!(from_value::<Vec<(u16, u32)>>(&json!([[1]])).is_err());
        assert!(from_value::<u8>(&json!(256)).is_err());
    }
}
