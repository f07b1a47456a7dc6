//! Files of licenses: read, compared with the database, issued as a whole, and their tokens written out.

use crate::common::{World, names, request};
use licentia_core::{Batch, BatchError, BatchFile, Error, Explanation, Licenses, Progress, Result};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

fn quiet() -> Progress {
    Arc::new(|_, _| ())
}

impl World {
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    async fn read(&self, path: &Path) -> Result<Batch> {
        let file = BatchFile::read(path, quiet()).await?;
        self.licentia.licenses().check_file(file, &["default".to_owned()]).await
    }
}

#[tokio::test]
async fn every_row_has_its_line_its_subject_and_its_verdict() {
    let world = World::new().await;
    let path = world.file(
        "a.csv",
        "subject,audience,days,issuer\nalice,app,30,\nbob,,30,first\ncarol,app,0,\ndave,app,30,nobody\n,app,30,\n",
    );
    let batch = world.read(&path).await.unwrap();
    let rows: Vec<_> = batch.rows.iter().map(|row| (row.line, row.subject.as_str(), row.verdict.is_ok())).collect();
    assert_eq!(rows, [(2, "alice", true), (3, "bob", true), (4, "carol", false), (5, "dave", false), (6, "", false)]);
    assert_eq!(batch.rows[1].verdict.as_ref().unwrap().audience, ["default"]);
    assert!(batch.rows[3].verdict.as_ref().unwrap_err().contains("nobody"));
    assert_eq!(batch.refused(), 3);

    let error = world.refused(world.licentia.licenses().issue_file(&world.operator, &batch, quiet())).await;
    let Error::BatchFile(BatchError::Rows { rows: 5, wrong }) = &error else { panic!("{error:?}") };
    assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5, 6]);
    let cause = Explanation::from(&error).cause.unwrap();
    assert_eq!(cause.lines().count(), 3, "{cause}");
}

#[tokio::test]
async fn what_was_fine_when_it_was_checked_may_be_refused_when_it_is_issued() {
    let world = World::new().await;
    let path = world.file("a.csv", "subject,audience,expires\nalice,app,2026-05-21\nbob,app,2027-01-01\n");
    let batch = world.read(&path).await.unwrap();
    assert_eq!(batch.refused(), 0);
    world.clock.advance(2 * 86_400);
    let error = world.refused(world.licentia.licenses().issue_file(&world.operator, &batch, quiet())).await;
    let Error::BatchFile(BatchError::Rows { wrong, .. }) = error else { panic!("{error:?}") };
    assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn a_long_file_is_read_in_steps_and_issued_as_a_whole() {
    let world = World::new().await;
    // A multiple of the stride too: the end must be found there as well.
    for rows in [255_u32, 256, 257, 1_024] {
        let mut text = "subject,audience,days\n".to_owned();
        (0..rows).for_each(|number| writeln!(text, "customer {number},app,365").unwrap());
        let path = world.file(&format!("{rows}.csv"), &text);
        let told = Arc::new(Mutex::new(vec![]));
        let telling = Arc::clone(&told);
        let progress: Progress = Arc::new(move |done, of| telling.lock().unwrap().push((done, of)));
        let file = BatchFile::read(&path, progress).await.unwrap();
        let batch = world.licentia.licenses().check_file(file, &[]).await.unwrap();
        assert_eq!((batch.rows.len(), batch.refused()), (rows.try_into().unwrap(), 0));
        let told = told.lock().unwrap();
        assert!(told.is_sorted() && told.last() == Some(&(text.len() as u64, text.len() as u64)), "{told:?}");
    }
    let before = world.entries().await;
    let batch = world.read(&world.path("1024.csv")).await.unwrap();
    let licenses = world.licentia.licenses().issue_file(&world.operator, &batch, quiet()).await.unwrap();
    assert_eq!((licenses.len(), world.entries().await), (1_024, before + 1_024));
}

#[tokio::test]
async fn a_file_that_cannot_be_a_batch_says_why() {
    let world = World::new().await;
    std::fs::create_dir(world.path("dir.csv")).unwrap();
    let cases: [(&str, Option<&[u8]>, &str); 11] = [
        ("none.csv", None, "No such file"),
        ("dir.csv", None, "no ordinary file"),
        ("a.txt", Some(b"a"), ".csv nor in .jsonl"),
        ("empty.csv", Some(b""), "subject is missing"),
        ("head.csv", Some(b"subject,days\n"), "nothing in it"),
        ("empty.jsonl", Some(b"\n\n"), "nothing in it"),
        ("latin.csv", Some(b"subject,days\nJos\xe9,3\n"), "line 2"),
        ("wide.csv", Some(b"\xff\xfes\0u\0b\0"), "UTF-16"),
        ("zip.csv", Some(b"PK\x03\x04\0\0\0"), "zero byte"),
        ("nosub.csv", Some(b"audience,days\na,3\n"), "subject is missing"),
        ("unknown.csv", Some(b"subject,days,seats\na,3,4\n"), "seats"),
    ];
    for (name, content, why) in cases {
        let path = match content {
            Some(content) => world.file(name, content),
            None => world.path(name),
        };
        let explanation = Explanation::from(&world.read(&path).await.unwrap_err());
        let said = format!("{explanation:?}");
        assert!(said.contains(why) && explanation.hint.is_some(), "{name}: {said}");
    }
    let bom = world.file("bom.csv", "\u{feff}subject,audience,days\na,b,3\n");
    assert_eq!(world.read(&bom).await.unwrap().refused(), 0);
}

#[tokio::test]
async fn tokens_go_into_one_file_or_into_a_directory_and_never_over_anything() {
    let world = World::new().await;
    let one = world.issue("Ünï/../code & sons").await;
    let two = world.licentia.licenses().issue(&world.operator, request("bob@example.com")).await.unwrap().license;
    let both = [one.clone(), two.clone()];
    let licenses = world.licentia.licenses();
    let place = world.path("out");
    std::fs::create_dir(&place).unwrap();

    licenses.write_tokens(&both, &place.join("tokens.jsonl"), quiet()).await.unwrap();
    let text = std::fs::read_to_string(place.join("tokens.jsonl")).unwrap();
    let tokens: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((tokens.len(), tokens[1]["token"].as_str()), (2, Some(two.token.as_str())));

    licenses.write_tokens(&both, &place.join("all"), quiet()).await.unwrap();
    let mut expected = [format!("_n__.._code___sons-{}.lic", one.id), format!("bob@example.com-{}.lic", two.id)];
    expected.sort();
    assert_eq!(names(&place.join("all")), expected);
    let armored = std::fs::read_to_string(place.join("all").join(format!("bob@example.com-{}.lic", two.id))).unwrap();
    assert_eq!(armored, Licenses::armored(&two));

    for taken in ["tokens.jsonl", "all"] {
        let error = licenses.write_tokens(&both, &place.join(taken), quiet()).await.unwrap_err();
        assert!(matches!(error, Error::FileExists(_)), "{error:?}");
    }
    assert!(licenses.write_tokens(&both, &place.join("no/where"), quiet()).await.is_err());
    // The same license twice would be the same file twice: what was begun is taken away again.
    assert!(licenses.write_tokens(&[two.clone(), two], &place.join("twice"), quiet()).await.is_err());
    assert_eq!(names(&place), ["all", "tokens.jsonl"]);
}
