//! What came of one command line.

use serde_json::Value;

/// What came of one command line.
#[derive(Clone, Debug)]
pub struct Run {
    pub line: String,
    pub status: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Run {
    /// It was done.
    #[track_caller]
    pub fn done(self) -> Self {
        self.ends(0)
    }

    /// It ended with this status.
    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// It was refused with an error of three parts that says this somewhere.
    #[track_caller]
    pub fn refused(self, saying: &str) -> Self {
        self.ends(1).complaining(saying)
    }

    /// It was wrong usage.
    #[track_caller]
    pub fn wrong_usage(self, saying: &str) -> Self {
        let run = self.ends(2);
        assert!(run.err().contains(saying), "it does not say {saying:?}\n{run}");
        assert_eq!(run.out(), "", "{run}");
        run
    }

    /// Nothing on standard output, and on standard error what failed, why, and what to do.
    #[track_caller]
    pub fn complaining(self, saying: &str) -> Self {
        let error = self.err();
        assert!(error.contains(saying), "it does not say {saying:?}\n{self}");
        assert_eq!(self.out(), "", "{self}");
        if error.trim_start().starts_with('{') {
            let error = self.error();
            for part in ["message", "cause", "hint"] {
                assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "no {part}\n{self}");
            }
        } else {
            for part in ["error: ", "  cause: ", "  hint:  "] {
                assert!(error.lines().any(|line| line.starts_with(part)), "no {part:?}\n{self}");
            }
        }
        self
    }

    /// Standard output.
    #[must_use]
    pub fn out(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("results are UTF-8")
    }

    /// Standard error.
    #[must_use]
    pub fn err(&self) -> String {
        String::from_utf8(self.stderr.clone()).expect("messages are UTF-8")
    }

    /// Standard output as one JSON value.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("not JSON: {error}\n{self}"))
    }

    /// Standard output as a JSON array.
    #[must_use]
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        match self.json() {
            Value::Array(rows) => rows,
            other => panic!("not an array: {other}\n{self}"),
        }
    }

    /// Standard output as one JSON value a line.
    #[must_use]
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        self.out().lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    /// The `error` object on standard error, which holds nothing else.
    #[must_use]
    #[track_caller]
    pub fn error(&self) -> Value {
        let value: Value =
            serde_json::from_slice(&self.stderr).unwrap_or_else(|error| panic!("no JSON error: {error}\n{self}"));
        let mut members: Vec<_> = value["error"].as_object().unwrap().keys().cloned().collect();
        members.sort();
        assert_eq!(members, ["cause", "hint", "message"], "{self}");
        assert_eq!(value.as_object().unwrap().len(), 1, "{self}");
        value["error"].clone()
    }

    /// A text member of the JSON object on standard output.
    #[must_use]
    #[track_caller]
    pub fn text(&self, member: &str) -> String {
        match &self.json()[member] {
            Value::String(text) => text.clone(),
            other => panic!("{member} is {other}\n{self}"),
        }
    }

    /// The `id` of the JSON object on standard output.
    #[must_use]
    #[track_caller]
    pub fn id(&self) -> String {
        self.text("id")
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        write!(f, "$ {}\n{}", self.line, text(&self.stdout))?;
        if !self.stderr.is_empty() {
            write!(f, "\n--- stderr\n{}", text(&self.stderr))?;
        }
        write!(f, "\n--- exit {}", self.status)
    }
}
