//! The last line says what Enter does.

use super::support::*;
use crate::app::App;

fn last(app: &mut App) -> String {
    text(app, 120, 36).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_dialog_names_what_its_enter_leads_to() {
    let cases = [
        ("n", "Enter go on"),
        ("x", "Enter review"),
        ("x<enter>", "Enter revoke"),
        ("+<enter>", "Enter sign"),
        ("o", "Enter save"),
        ("S", "Enter review"),
        ("D", "Enter delete"),
        ("b", "Enter review"),
        ("3n", "Enter create"),
        ("4n", "Enter create"),
        ("5i", "Enter take in"),
        ("9V", "Enter verify"),
        ("9E", "Enter export"),
        ("9f", "Enter filter"),
    ];
    for (keys, said) in cases {
        let mut app = with_licenses(vec![ending_license()]);
        press(&mut app, keys);
        let said_there = last(&mut app);
        assert!(said_there.contains(said), "{keys}: {said_there}");
    }
}

#[test]
fn where_there_is_one_field_no_key_goes_to_the_next() {
    for (keys, goes) in [("n", true), ("o", false), ("S", false), ("4n", false), ("3n", true), ("D", true)] {
        let mut app = with_licenses(vec![license(1)]);
        press(&mut app, keys);
        assert_eq!(last(&mut app).contains("Tab next"), goes, "{keys}");
    }
}

fn ending_license() -> licentia_core::License {
    let not_after = Some(licentia_core::Timestamp(NOW.0 + 86_400_000_000));
    licentia_core::License { not_after, ..license(1) }
}
