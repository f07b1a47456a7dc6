//! The steps of the wizard and their fields.

use crate::widget::form::{Field, Form};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Subject,
    Audience,
    Identity,
    Machines,
    Require,
    Totp,
    Term,
    NotBefore,
    /// Only of a reissue.
    Overlap,
    Issuer,
    Features,
    Limits,
    Payload,
}

/// Everything that is typed.
pub(super) const TEXTS: &[Part] = &[
    Part::Subject,
    Part::Audience,
    Part::Identity,
    Part::Machines,
    Part::Require,
    Part::Term,
    Part::NotBefore,
    Part::Overlap,
    Part::Features,
    Part::Limits,
    Part::Payload,
];

/// Where one is, step by step.
pub(super) const TRAIL: [&str; 4] = [
    "[1 Who] > 2 When > 3 What > 4 Review",
    "1 Who > [2 When] > 3 What > 4 Review",
    "1 Who > 2 When > [3 What] > 4 Review",
    "1 Who > 2 When > 3 What > [4 Review]",
];

/// With what can be chosen of a TOTP secret; a reissue may overlap with the license of before.
pub(super) fn forms(issuer: &str, totp: &[&str], first: &[(Part, String)], is_reissue: bool) -> [Form<Part>; 3] {
    let field = |part, name, hint| {
        let text = first.iter().find(|(id, _)| *id == part).map_or("", |(_, text)| text.as_str());
        Field::text(part, name, text, hint)
    };
    let mut when = vec![
        field(Part::Term, "term", "A number of days (365), an end (2027-01-31), or perpetual."),
        field(Part::NotBefore, "not before", "When it begins (2026-06-01). Empty: at once."),
        Field::choice(Part::Issuer, "issuer", vec![issuer.to_owned()], "Whose key signs it; left and right choose."),
    ];
    if is_reissue {
        let hint = "For so many days the status list goes on calling the old license valid. Empty: none.";
        when.push(field(Part::Overlap, "overlap", hint));
    }
    [
        Form::new(vec![
            field(Part::Subject, "subject", "Whom the license is for."),
            field(Part::Audience, "audience", "The products that accept it, joined by commas."),
            field(Part::Identity, "identity", "What the program has to carry, by name or id. May stay empty."),
            field(
                Part::Machines,
                "machines",
                "Where it runs: the text lmachine_…, a file, or probe:ID, joined by commas; Ctrl-P lists the probes. \
                 Empty: anywhere.",
            ),
            field(
                Part::Require,
                "agreeing",
                "How many components of a machine have to agree, from 1 to 5. Empty: 2, or as before.",
            ),
            Field::choice(
                Part::Totp,
                "TOTP",
                totp.iter().map(|&option| option.to_owned()).collect(),
                "A secret that its holder has to have too; shown once, after the signing. Left and right choose.",
            ),
        ]),
        Form::new(when),
        Form::new(vec![
            field(Part::Features, "features", "What is switched on, joined by commas, or a JSON array."),
            field(Part::Limits, "limits", "How much of it: seats=10, edition=pro; or a JSON object."),
            field(Part::Payload, "payload", "Any JSON that the product wants to know."),
        ]),
    ]
}
