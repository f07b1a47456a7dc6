//! What somebody else wrote is noticed.

use crate::home::Home;

#[tokio::test]
async fn a_watch_notices_our_own_commits_and_those_of_strangers() {
    let home = Home::new().await;
    let mut watch = home.store.watch().await.unwrap();
    assert!(!watch.changed().await.unwrap(), "nothing happened since it began");

    home.note("theme").await.unwrap();
    assert!(watch.changed().await.unwrap());
    assert!(!watch.changed().await.unwrap(), "once");

    let stranger = rusqlite::Connection::open(home.store.path()).unwrap();
    stranger.execute("UPDATE setting SET value = 'null'", []).unwrap();
    assert!(watch.changed().await.unwrap());
    watch.close().await;
}
