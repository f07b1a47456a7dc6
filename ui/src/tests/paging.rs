//! Paging through lists that are far longer than what is kept.

use crate::paging::{Ask, Paged, Requests, Row};
use licentia_core::{Explanation, Page};

impl Row for u64 {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

/// Rows `size`, `size - 1` … 1, by key, as the audit log has them.
struct Rows(u64);

impl Rows {
    fn read(&self, ask: &Ask<u64>) -> Page<u64, u64> {
        let newest = ask.after.map_or(self.0, |after| self.0.min(after - 1));
        let items: Vec<u64> = (1..=newest).rev().take(usize::try_from(ask.limit).unwrap()).collect();
        let next = items.last().copied().filter(|last| *last > 1);
        Page { items, next }
    }

    /// Answers until nothing is asked any more; how many pages that took.
    fn serve(&self, list: &mut Paged<u64>, requests: &mut Requests, ask: Option<Ask<u64>>) -> usize {
        let (mut ask, mut served) = (ask, 0);
        while let Some(next) = ask {
            served += 1;
            ask = list.follow(next.request, Ok(self.read(&next)), requests).unwrap();
            assert!(list.kept() < 1100, "{}", list.kept());
        }
        served
    }
}

fn open(rows: &Rows) -> (Paged<u64>, Requests) {
    let (mut list, mut requests) = (Paged::default(), Requests::default());
    list.set_height(20);
    let ask = list.restart(&mut requests);
    rows.serve(&mut list, &mut requests, Some(ask));
    (list, requests)
}

#[test]
fn walks_down_and_up_again_over_every_row_once() {
    let rows = Rows(1234);
    let (mut list, mut requests) = open(&rows);
    let mut seen = vec![];
    for _ in 0..1234 {
        seen.push(*list.selected().unwrap());
        list.down(1);
        let ask = list.want(&mut requests);
        rows.serve(&mut list, &mut requests, ask);
        assert!(list.kept() <= 600);
    }
    assert_eq!(seen, (1..=1234).rev().collect::<Vec<_>>());
    assert_eq!(list.position(), "1234 of 1234");
    for expected in 1..=1234 {
        assert_eq!(list.selected(), Some(&expected));
        list.up(1);
        let ask = list.want(&mut requests);
        rows.serve(&mut list, &mut requests, ask);
        assert!(list.kept() <= 600);
    }
    assert_eq!(list.visible().next(), Some((true, &1234)));
}

#[test]
fn goes_to_the_end_and_back_to_the_beginning() {
    let rows = Rows(10_000);
    let (mut list, mut requests) = open(&rows);
    list.last();
    let ask = list.want(&mut requests);
    assert!(rows.serve(&mut list, &mut requests, ask) <= 21);
    assert_eq!((list.selected(), list.position().as_str()), (Some(&1), "10000 of 10000"));
    let ask = list.first(&mut requests);
    assert_eq!(rows.serve(&mut list, &mut requests, ask), 1);
    assert_eq!(list.selected(), Some(&10_000));
}

#[test]
fn end_is_followed_even_before_the_first_page_is_there() {
    let rows = Rows(300);
    let (mut list, mut requests) = (Paged::default(), Requests::default());
    let ask = list.restart(&mut requests);
    list.last();
    assert_eq!(rows.serve(&mut list, &mut requests, Some(ask)), 2);
    assert_eq!(list.selected(), Some(&1));
}

#[test]
fn a_key_stops_the_way_to_the_end() {
    let rows = Rows(10_000);
    let (mut list, mut requests) = open(&rows);
    list.last();
    let ask = list.want(&mut requests).unwrap();
    assert!(list.position().contains("reading on"));
    list.up(1);
    let next = list.follow(ask.request, Ok(rows.read(&ask)), &mut requests).unwrap();
    assert_eq!((next, list.selected()), (None, Some(&9902)));
}

#[test]
fn only_the_newest_answer_counts() {
    let rows = Rows(10);
    let (mut list, mut requests) = (Paged::<u64>::default(), Requests::default());
    let old = list.restart(&mut requests);
    let new = list.restart(&mut requests);
    list.follow(old.request, Ok(Page { items: vec![99], next: None }), &mut requests).unwrap();
    assert_eq!(list.selected(), None);
    list.follow(new.request, Ok(rows.read(&new)), &mut requests).unwrap();
    assert_eq!(list.selected(), Some(&10));
    assert_eq!(list.follow(old.request, Err(super::support::why()), &mut requests), Ok(None));
}

#[test]
fn a_failed_page_is_asked_for_again_when_a_key_is_pressed() {
    let rows = Rows(250);
    let (mut list, mut requests) = open(&rows);
    list.down(80);
    let ask = list.want(&mut requests).unwrap();
    let failed: Result<_, Explanation> = list.follow(ask.request, Err(super::support::why()), &mut requests);
    assert!(failed.is_err());
    assert!(list.position().ends_with('+'));
    let again = list.want(&mut requests);
    assert_eq!(again.as_ref().map(|again| again.after), Some(ask.after));
    rows.serve(&mut list, &mut requests, again);
    assert_eq!(list.kept(), 200);
}

#[test]
fn rows_that_come_in_meanwhile_are_not_lost_on_the_way_back() {
    let (mut list, mut requests) = open(&Rows(2000));
    for _ in 0..90 {
        list.down(19);
        let ask = list.want(&mut requests);
        Rows(2000).serve(&mut list, &mut requests, ask);
    }
    let grown = Rows(2007);
    let mut seen = vec![];
    let mut before = None;
    while list.selected() != before.as_ref() {
        before = list.selected().copied();
        seen.extend(before);
        list.up(1);
        let ask = list.want(&mut requests);
        grown.serve(&mut list, &mut requests, ask);
    }
    assert_eq!(before, Some(2007));
    let first = seen[0];
    assert_eq!(seen, (first..=2007).collect::<Vec<_>>());
}

#[test]
fn an_empty_list_has_nothing_selected_and_asks_for_nothing() {
    let (mut list, mut requests) = open(&Rows(0));
    assert!(list.is_empty());
    list.down(1);
    list.last();
    assert_eq!((list.want(&mut requests), list.position().as_str()), (None, "0 of 0"));
    assert_eq!(list.selected(), None);
    list.set_height(0);
    assert_eq!(list.visible().count(), 0);
}

/// Somebody else writes all the time, and the list is read again and again on the way down.
#[test]
fn what_is_kept_does_not_grow_with_what_others_write() {
    let mut rows = Rows(20_000);
    let (mut list, mut requests) = open(&rows);
    for _ in 0..400 {
        rows.0 += 1;
        let selected = list.selected().copied();
        list.outdated();
        let ask = list.want(&mut requests);
        rows.serve(&mut list, &mut requests, ask);
        assert_eq!(list.selected().copied(), selected, "the selection stays on its row");
        list.down(40);
        let ask = list.want(&mut requests);
        rows.serve(&mut list, &mut requests, ask);
        assert!(list.kept() <= 700, "{}", list.kept());
    }
    let mut before = None;
    while list.selected() != before.as_ref() {
        before = list.selected().copied();
        list.up(1);
        let ask = list.want(&mut requests);
        rows.serve(&mut list, &mut requests, ask);
        assert!(list.selected().copied() <= before.map(|before| before + 1), "no row is left out on the way back");
    }
    assert_eq!(before, Some(rows.0));
}

#[test]
fn what_vanishes_leaves_a_list_that_can_be_used() {
    let (mut list, mut requests) = open(&Rows(2_000));
    let gone = |list: &mut Paged<u64>, requests: &mut Requests, rows: &Rows| {
        list.outdated();
        let ask = list.want(requests);
        rows.serve(list, requests, ask);
    };
    for _ in 0..60 {
        list.down(19);
        let ask = list.want(&mut requests);
        Rows(2_000).serve(&mut list, &mut requests, ask);
    }
    gone(&mut list, &mut requests, &Rows(900));
    assert_eq!(list.selected().copied().map(|row| row <= 900), Some(true));
    assert!(list.visible().any(|(selected, _)| selected));
    gone(&mut list, &mut requests, &Rows(3));
    assert!(list.selected().is_some(), "{}", list.position());
    assert_eq!(list.visible().count(), 3, "{}", list.position());
    gone(&mut list, &mut requests, &Rows(0));
    assert!(list.is_empty());
    assert_eq!((list.selected(), list.position().as_str(), list.visible().count()), (None, "0 of 0", 0));
}

/// Every third of the rows `size` … 1, found by looking at so few of them at a time that pages come short, or empty.
struct Search {
    size: u64,
    step: u64,
}

impl Search {
    fn read(&self, ask: &Ask<u64>, whole: bool) -> Page<u64, u64> {
        let (mut at, mut looked, mut items) = (ask.after.unwrap_or(self.size + 1), 0, vec![]);
        while at > 1 && (whole || looked < self.step) && items.len() < usize::try_from(ask.limit).unwrap() {
            (at, looked) = (at - 1, looked + 1);
            items.extend(Some(at).filter(|row| row % 3 == 0));
        }
        Page { items, next: Some(at).filter(|at| *at > 1) }
    }

    fn serve(&self, list: &mut Paged<u64>, requests: &mut Requests, ask: Option<Ask<u64>>) {
        let mut ask = ask;
        while let Some(next) = ask {
            let page = self.read(&next, !list.takes_parts());
            ask = list.follow(next.request, Ok(page), requests).unwrap();
        }
    }
}

#[test]
fn what_is_found_piece_by_piece_is_walked_down_and_up_again_too() {
    for step in [1, 2, 7, 50, 400] {
        let rows = Search { size: 3_600, step };
        let (mut list, mut requests) = (Paged::default(), Requests::default());
        list.set_height(20);
        let ask = list.restart(&mut requests);
        rows.serve(&mut list, &mut requests, Some(ask));
        let mut seen = vec![];
        for _ in 0..1_200 {
            seen.push(*list.selected().unwrap());
            list.down(1);
            let ask = list.want(&mut requests);
            rows.serve(&mut list, &mut requests, ask);
            assert!(list.kept() <= 700, "{} at a step of {step}", list.kept());
        }
        assert_eq!(seen, (1..=1_200).rev().map(|row| row * 3).collect::<Vec<_>>(), "a step of {step}");
        for expected in 1..=1_200 {
            assert_eq!(list.selected(), Some(&(expected * 3)), "a step of {step}");
            list.up(1);
            let ask = list.want(&mut requests);
            rows.serve(&mut list, &mut requests, ask);
        }
        assert_eq!(list.visible().next(), Some((true, &3_600)));
    }
}

#[test]
fn what_came_in_at_the_top_of_a_search_is_there_wherever_one_is() {
    let mut rows = Search { size: 3_600, step: 50 };
    let (mut list, mut requests) = (Paged::default(), Requests::default());
    list.set_height(20);
    let ask = list.restart(&mut requests);
    rows.serve(&mut list, &mut requests, Some(ask));
    rows.size = 3_606;
    list.insert_above(vec![3_606, 3_603]);
    assert_eq!(list.visible().next(), Some((false, &3_606)), "seen at once");
    assert_eq!(list.selected(), Some(&3_600), "and the selection stays on its row");
    rows.size = 3_609;
    list.insert_above(vec![3_609, 3_606, 3_603]);
    let top: Vec<u64> = list.rows().copied().take(4).collect();
    assert_eq!(top, [3_609, 3_606, 3_603, 3_600], "what is there already is not listed twice");

    list.last();
    let ask = list.want(&mut requests);
    rows.serve(&mut list, &mut requests, ask);
    assert_eq!(list.selected(), Some(&3));
    rows.size = 3_612;
    list.insert_above(vec![3_612, 3_609]);
    assert_eq!(list.selected(), Some(&3), "far below nothing moves");
    for _ in 0..1_203 {
        list.up(1);
        let ask = list.want(&mut requests);
        rows.serve(&mut list, &mut requests, ask);
    }
    assert_eq!(list.selected(), Some(&3_612));
}
