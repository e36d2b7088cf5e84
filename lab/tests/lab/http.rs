//! A client that can leave: one connection a request, closed when it is dropped.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::process::Process;

/// A request that was sent. Dropping it is what a client does that does not wait for the answer.
pub struct Open(TcpStream);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Process {
    pub fn get(&self, path: &str) -> Open {
        self.send("GET", path, "")
    }

    pub fn put(&self, path: &str, body: &Value) -> Open {
        self.send("PUT", path, &body.to_string())
    }

    pub fn send(&self, method: &str, path: &str, body: &str) -> Open {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let (host, length) = (&self.address, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n"
        );
        let length = if body.is_empty() { String::new() } else { format!("content-length: {length}\r\n") };
        stream.write_all(format!("{head}{length}\r\n{body}").as_bytes()).unwrap();
        Open(stream)
    }
}

impl Open {
    pub fn answer(mut self) -> Answer {
        let mut text = String::new();
        self.0.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer but {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        Answer {
            status: status.unwrap_or_else(|| panic!("no status in {head:?}")),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: body.to_owned(),
        }
    }

    /// Whether an answer has begun to arrive within `wait`.
    pub fn answered_within(&self, wait: Duration) -> bool {
        self.0.set_read_timeout(Some(wait)).unwrap();
        self.0.peek(&mut [0]).is_ok()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
