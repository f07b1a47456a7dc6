//! What can be done to a license, in the list and on its own pages alike.

use crate::dialog::confirm::Confirm;
use crate::dialog::delete::Delete;
use crate::dialog::extend::Extend;
use crate::dialog::issue::Issue;
use crate::dialog::revoke::Revoke;
use crate::dialog::save_license::SaveLicense;
use crate::dialog::suspend::Suspend;
use crate::dialog::verdict::Verdict;
use crate::effect::Effect;
use crate::keymap::Action;
use crate::step::{Cx, Step};
use licentia_core::{License, LicenseStatus};

/// None when the key is for something else. What the state of a license does not allow is said at once.
pub(super) fn act_on(license: &License, action: Action, cx: &mut Cx) -> Option<Vec<Step>> {
    let (active, revoked) = (license.status == LicenseStatus::Active, license.status == LicenseStatus::Revoked);
    let suspended = license.status == LicenseStatus::Suspended;
    let say = |text| vec![Step::Notice(text)];
    Some(match action {
        Action::Reissue if active => Issue::again(license, cx.requests).open(cx.requests),
        Action::Reissue => say("Only an active license can be issued anew."),
        Action::Extend if !active => say("Only an active license can be extended."),
        Action::Extend => match license.not_after {
            Some(end) => vec![Step::open(Extend::new(license, end))],
            None => say("It has no end that could be extended."),
        },
        Action::Revoke if revoked => say("It is revoked already; u takes that back."),
        Action::Revoke => vec![Step::open(Revoke::new(license))],
        Action::Unrevoke if revoked => vec![Step::open(Confirm::unrevoke(license))],
        Action::Unrevoke => say("It is not revoked."),
        Action::Suspend if active => vec![Step::open(Suspend::new(license))],
        Action::Suspend if suspended => say("It is suspended already; P ends that."),
        Action::Suspend => say("Only an active license can be suspended."),
        Action::Reinstate if suspended => vec![Step::open(Confirm::reinstate(license))],
        Action::Reinstate => say("It is not suspended."),
        Action::Delete => vec![Step::open(Delete::new(license))],
        Action::VerifyLicense => {
            let (request, id) = (cx.requests.next(), license.id);
            vec![Step::open(Verdict::of(license, request)), Step::Run(Effect::VerifyLicense { request, id })]
        }
        Action::SaveLicense => vec![Step::open(SaveLicense::new(license))],
        Action::CopyToken => {
            let said = "Sent to the clipboard. Not there? Then this terminal cannot; o saves a file.";
            vec![Step::Run(Effect::Copy { text: license.token.clone() }), Step::Notice(said)]
        }
        _ => return None,
    })
}
