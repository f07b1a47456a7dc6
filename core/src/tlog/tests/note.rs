//! Notes that others signed, and what becomes of them on the way.

use super::*;

fn names<'a>(checked: &[Checked<'a>]) -> Vec<&'a str> {
    checked.iter().map(|by| by.key.name()).collect()
}

fn parse(text: &str) -> Result<Note, NoteError> {
    Note::parse(text.as_bytes())
}

#[test]
fn the_example_of_the_specification_verifies() {
    let (note, keys) = (parse(SPEC_NOTE).unwrap(), [vkey(SPEC_KEY)]);
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify(&keys), Ok(vec![Checked { key: &keys[0], time: None }]));
    assert_eq!(note.to_string(), SPEC_NOTE);
}

#[test]
fn the_other_example_has_an_empty_line_in_its_text() {
    let poem = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
        — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let note = parse(poem).unwrap();
    assert!(note.text().ends_with("\n\ned è subito sera.\n"));
    assert_eq!((note.signatures().len(), note.signatures()[0].key_id()), (1, [0x36, 0x7b, 0xa0, 0x4b]));
    assert_eq!(note.to_string(), poem);
    assert_eq!(note.verify(&[vkey(SPEC_KEY)]), Err(NoteError::Unsigned));
}

#[test]
fn a_signature_is_the_same_that_go_makes() {
    let peter = SigningKey::from_bytes(&hash(PETER_SEED));
    let mut note = Note::new(GO_TEXT).unwrap();
    note.add(NoteSignature::sign(GO_TEXT, "PeterNeumann", &peter).unwrap());
    assert_eq!(note.to_string(), format!("{GO_TEXT}\n{PETER_SIGNED}"));
    // To sign again changes nothing.
    note.add(NoteSignature::sign(GO_TEXT, "PeterNeumann", &peter).unwrap());
    assert_eq!(note.to_string(), format!("{GO_TEXT}\n{PETER_SIGNED}"));
}

#[test]
fn who_is_known_is_named_and_who_is_not_is_passed_over() {
    let note = parse(&format!("{GO_TEXT}\n{PETER_SIGNED}{ENOCH_SIGNED}")).unwrap();
    let (peter, enoch) = (vkey(PETER), vkey(ENOCH));
    assert_eq!(names(&note.verify(std::slice::from_ref(&peter)).unwrap()), ["PeterNeumann"]);
    assert_eq!(names(&note.verify(&[enoch.clone(), peter.clone()]).unwrap()), ["PeterNeumann", "EnochRoot"]);
    assert_eq!(note.verify(&[vkey(SPEC_KEY)]), Err(NoteError::Unsigned));
    assert_eq!(note.verify(&[]), Err(NoteError::Unsigned));
    // The same key told twice is one key, and a line that stands there twice is one signature.
    let twice = parse(&format!("{GO_TEXT}\n{PETER_SIGNED}{PETER_SIGNED}")).unwrap();
    assert_eq!(names(&twice.verify(&[peter.clone(), peter]).unwrap()), ["PeterNeumann"]);
}

#[test]
fn a_known_key_that_did_not_sign_refuses_the_note_even_beside_a_good_one() {
    let bad = ENOCH_SIGNED.replace("rwz+eBzm", "rwz+eBzn");
    let note = parse(&format!("{GO_TEXT}\n{PETER_SIGNED}{bad}")).unwrap();
    let keys = [vkey(PETER), vkey(ENOCH)];
    assert_eq!(note.verify(&keys), Err(NoteError::BadSignature("EnochRoot".to_owned())));
    assert_eq!(names(&note.verify(&keys[..1]).unwrap()), ["PeterNeumann"]);
    // Also the second of two lines of one key.
    let late = parse(&format!("{GO_TEXT}\n{ENOCH_SIGNED}{bad}")).unwrap();
    assert_eq!(late.verify(&keys), Err(NoteError::BadSignature("EnochRoot".to_owned())));
    // And one that is too long or too short.
    for other in ["rwz+eBzm", "rwz+eBzmABCDABCD"] {
        let note = parse(&format!("{GO_TEXT}\n— EnochRoot {other}\n")).unwrap();
        assert_eq!(note.verify(&keys), Err(NoteError::BadSignature("EnochRoot".to_owned())));
    }
}

#[test]
fn a_signature_that_lazier_verifiers_accept_is_refused() {
    // Its R is the neutral point: whoever has the key can make such a one, and OpenSSL accepts this very one.
    let text =
        "text\n\n— k xc2IOwEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAASSKZduSrlFpt0is6Hldu58bFiE57/8KdN158gYP0Gw4=\n";
    let keys = [public("k", SignatureKind::Ed25519, &signing_key(7))];
    let note = parse(text).unwrap();
    assert_eq!(note.signatures()[0].key_id(), keys[0].id());
    assert_eq!(note.verify(&keys), Err(NoteError::BadSignature("k".to_owned())));
}

#[test]
fn another_key_with_the_same_name_or_the_same_id_is_a_stranger() {
    let note = parse(&format!("{GO_TEXT}\n{PETER_SIGNED}")).unwrap();
    let namesake = public("PeterNeumann", SignatureKind::Ed25519, &signing_key(1));
    assert_eq!(note.verify(&[namesake]), Err(NoteError::Unsigned));
    let renamed = parse(&format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "CarmenSandiego"))).unwrap();
    assert_eq!(renamed.verify(&[vkey(PETER)]), Err(NoteError::Unsigned));
}

#[test]
fn two_keys_that_collide_in_name_and_id_are_not_guessed_between() {
    // Found by trying: an id is so short that anybody can make a second key for it.
    let numbered = |number: u64| {
        let mut seed = [0; 32];
        seed[24..].copy_from_slice(&number.to_be_bytes());
        SigningKey::from_bytes(&seed)
    };
    let (one, two) = (numbered(104_291), numbered(197_956));
    let [first, second] = [&one, &two].map(|key| public("k", SignatureKind::Ed25519, key));
    assert_eq!((first.id(), second.id()), ([0xf0, 0x35, 0x64, 0xa9], first.id()));
    let mut note = Note::new("text\n").unwrap();
    note.add(NoteSignature::sign(note.text(), "k", &one).unwrap());
    assert_eq!(note.verify(std::slice::from_ref(&second)), Err(NoteError::BadSignature("k".to_owned())));
    assert_eq!(note.verify(&[first, second]), Err(NoteError::AmbiguousKey("k".to_owned())));
}

#[test]
fn a_changed_note_is_no_note_or_does_not_verify() {
    let keys = [vkey(SPEC_KEY)];
    for at in 0..SPEC_NOTE.len() {
        for bit in 0..8 {
            let mut bytes = SPEC_NOTE.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let outcome = Note::parse(&bytes).and_then(|note| note.verify(&keys).map(|checked| checked.len()));
            assert!(outcome.is_err(), "byte {at}, bit {bit}: {:?}", String::from_utf8_lossy(&bytes));
        }
        assert!(Note::parse(&SPEC_NOTE.as_bytes()[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn malformed_notes_are_refused() {
    let refused = [
        String::new(),
        "\n".to_owned(),
        GO_TEXT.to_owned(),
        format!("{GO_TEXT}\n"),
        format!("\n{PETER_SIGNED}"),
        format!("{GO_TEXT}{PETER_SIGNED}"),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.trim_end()),
        format!("{GO_TEXT}\n{PETER_SIGNED}\n"),
        format!("{GO_TEXT}\n{PETER_SIGNED}Unexpected line.\n"),
        format!("\u{1}{GO_TEXT}\n{PETER_SIGNED}"),
        format!("{}\n{PETER_SIGNED}", GO_TEXT.replace('\n', "\r\n")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace('\n', "\r\n")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace('—', "-")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "Peter Neumann")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann", "Peter+Neumann")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann ", "")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("PeterNeumann ", "PeterNeumann  ")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("nAM=", "nAM")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("nAM=", "nAN=")),
        format!("{GO_TEXT}\n{}", PETER_SIGNED.replace("x08go/", "x08go_")),
        format!("{GO_TEXT}\n— PeterNeumann x08gow==\n"),
    ];
    for text in refused {
        assert!(matches!(parse(&text), Err(NoteError::Malformed(_))), "{text:?}");
    }
    let not_text = [b"\xff", GO_TEXT.as_bytes(), b"\n", PETER_SIGNED.as_bytes()].concat();
    assert_eq!(Note::parse(&not_text), Err(NoteError::Malformed("it is not UTF-8")));
    assert!(Note::new("no line feed").is_err());
    assert!(Note::new("a tab\t\n").is_err());
}

#[test]
fn a_note_may_have_a_hundred_signatures_and_a_megabyte() {
    let with = |count: usize| parse(&format!("{GO_TEXT}\n{}", PETER_SIGNED.repeat(count)));
    assert!(with(100).unwrap().verify(&[vkey(PETER)]).is_ok());
    assert_eq!(with(101), Err(NoteError::Malformed("it has too many signatures")));
    let long = format!("{}\n\n{PETER_SIGNED}", "x".repeat(1_000_000));
    assert_eq!(parse(&long), Err(NoteError::Malformed("it is too long")));
    // One that is not known yet may be as long as those after quantum computers.
    let post_quantum = format!("{GO_TEXT}\n— k {}\n{PETER_SIGNED}", encoding::base64(&[7; 5_000]));
    assert!(parse(&post_quantum).unwrap().verify(&[vkey(PETER)]).is_ok());
}
