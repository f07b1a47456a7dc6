//! Something that is read from the database whole, and read again when somebody wrote.

use crate::message::Answer;
use crate::paging::Requests;

/// See the module. What was read before stays until the next answer comes.
#[derive(Debug)]
pub(crate) struct Loaded<T> {
    value: Option<T>,
    waiting: Option<u64>,
    stale: bool,
}

impl<T> Default for Loaded<T> {
    fn default() -> Self {
        Self { value: None, waiting: None, stale: true }
    }
}

impl<T> Loaded<T> {
    pub(crate) const fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    pub(crate) const fn outdated(&mut self) {
        self.stale = true;
    }

    /// The number to ask with, when it should be read now. One question at a time: what was written while it is being
    /// answered is read afterwards.
    pub(crate) fn ask(&mut self, requests: &mut Requests) -> Option<u64> {
        if self.waiting.is_some() || !std::mem::take(&mut self.stale) {
            return None;
        }
        self.waiting = Some(requests.next());
        self.waiting
    }

    /// Takes an answer in, unless it is not the one that is waited for.
    pub(crate) fn follow(&mut self, request: u64, answer: Answer<T>) -> Answer<()> {
        if self.waiting.take_if(|waiting| *waiting == request).is_some() {
            self.value = Some(answer?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::why;

    #[test]
    fn asks_once_and_again_after_a_change() {
        let (mut loaded, mut requests) = (Loaded::default(), Requests::default());
        assert_eq!(loaded.ask(&mut requests), Some(1));
        assert_eq!(loaded.ask(&mut requests), None, "it waits");
        loaded.outdated();
        assert_eq!(loaded.ask(&mut requests), None, "it waits for the answer before");
        assert_eq!(loaded.follow(7, Ok("other")), Ok(()));
        assert_eq!((loaded.follow(1, Ok("first")), loaded.value()), (Ok(()), Some(&"first")));
        assert_eq!(loaded.ask(&mut requests), Some(2));
        assert_eq!(loaded.follow(2, Err(why())), Err(why()));
        assert_eq!(loaded.ask(&mut requests), None, "it is not tried for ever");
        assert_eq!(loaded.value(), Some(&"first"));
    }
}
