//! What is seen of batches and of command lines: scenes for [`super::look`].

use super::look::{many, revoked};
use super::support::*;
use crate::app::App;
use crate::message::Msg;
use licentia_core::License;

pub(super) fn scenes() -> Vec<(&'static str, App)> {
    let mut scenes = vec![];
    let mut scene = |name, app: App| scenes.push((name, app));
    let on = |mut app: App, keys: &str| {
        press(&mut app, keys);
        app
    };

    scene("command", on(with_licenses(vec![revoked()]), "u<f2>"));
    scene("command_long", on(with_licenses(vec![long_license()]), "e<ctrl-u>Bob's own<tab><ctrl-u>studio<f2>"));
    scene("command_hostile", {
        let mut app = on(with_licenses(vec![license(1)]), "x<tab>");
        app.update(Msg::Paste(HOSTILE.repeat(5)));
        on(app, "<enter><f2>")
    });
    scene("batch_form", on(with_licenses(many()), "b"));
    scene("batch_reading", {
        let mut app = on(with_licenses(many()), "b/home/mathieu/customers.csv<enter>");
        app.update(Msg::Progress { request: 2, done: 431, total: 1_000 });
        app
    });
    scene("batch", with_batch(batch(40)));
    scene("batch_refused", on(with_batch(half_refused(40)), "<down>"));
    scene("batch_only_refused", on(with_batch(half_refused(40)), "r<down><down>"));
    scene("batch_hostile", with_batch(hostile_batch()));
    scene("batch_review", on(with_batch(batch(40)), "<enter>"));
    scene("batch_command", on(with_batch(batch(40)), "<f2>"));
    scene("batch_signing", {
        let mut app = on(with_batch(batch(40)), "<enter><enter>");
        app.update(Msg::Progress { request: 3, done: 12, total: 40 });
        app
    });
    scene("batch_behind", {
        let mut app = on(with_batch(batch(40)), "<enter><enter><esc>");
        app.update(Msg::Progress { request: 3, done: 12, total: 40 });
        app
    });
    scene("batch_signed", signed());
    scene("tokens", on(signed(), "w"));
    scene("tokens_writing", {
        let mut app = on(signed(), "w/tmp/out<enter>");
        app.update(Msg::Progress { request: 5, done: 10, total: 12 });
        app
    });
    scenes
}

fn signed() -> App {
    let mut app = with_batch(batch(12));
    press(&mut app, "<enter><enter>");
    let licenses = (1..=12).map(|number| License { status_list: None, ..license(number) }).collect();
    app.update(Msg::BatchIssued(Ok(licenses)));
    app
}
