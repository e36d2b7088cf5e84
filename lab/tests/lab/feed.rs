//! The feed of completions, read line by line.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::process::Process;

/// One who follows. Dropping it is what a follower does that leaves.
pub struct Feed(BufReader<TcpStream>);

impl Process {
    /// Follows with a query like `?after=3`, or from now on with none. The hello has been read.
    pub fn follow(&self, query: &str) -> (Feed, u64) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let request = format!("GET /completions{query} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut feed = Feed(BufReader::new(stream));
        let (mut head, mut line) = (String::new(), feed.line());
        while line != "\r\n" {
            head += &line;
            line = feed.line();
        }
        assert!(
            head.starts_with("HTTP/1.1 200 ") && head.contains("\r\ncontent-type: application/x-ndjson\r\n"),
            "{head}"
        );
        let hello = feed.next();
        assert_eq!(hello["job"], Value::Null);
        (feed, hello["seq"].as_u64().unwrap())
    }
}

impl Feed {
    /// The next completion, past empty lines and the lines of the transfer encoding.
    pub fn next(&mut self) -> Value {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "the feed ended");
            if line.starts_with('{') {
                return serde_json::from_str(&line).unwrap();
            }
        }
    }

    /// The next completions, so many of them.
    pub fn take(&mut self, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.next()).collect()
    }

    /// Names of the jobs of the next completions.
    pub fn jobs(&mut self, count: usize) -> Vec<String> {
        self.take(count).iter().map(|one| one["job"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits for an empty line.
    pub fn beat(&mut self) {
        while self.line() != "\n" {}
    }

    /// Waits for the end, which is no error.
    pub fn end(mut self) {
        while !self.line().is_empty() {}
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }
}
