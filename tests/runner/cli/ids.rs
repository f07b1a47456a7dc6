//! Ids by their beginning and by their end, and names.

use super::issue;
use crate::founded;

#[test]
fn an_id_may_be_shortened_at_either_end() {
    let shell = founded();
    let ids: Vec<String> = (0..3).map(|number| issue(&shell, &format!("subject {number}"))).collect();
    for id in &ids {
        let bare = id.replace('-', "");
        for text in [id.clone(), bare.clone(), id.to_uppercase(), id[28..].to_owned(), id[..30].to_owned()] {
            assert_eq!(&shell.run(&format!("license show {text} --format json")).done().id(), id, "{text}");
        }
    }
    // All of one moment share their beginning.
    let run = shell.run(&format!("license show {}", &ids[0][..8])).refused("more than one license");
    for id in &ids {
        assert!(run.err().contains(id.as_str()), "{run}");
    }
    let error = shell.run(&format!("license revoke {} --reason refund --format json", &ids[0][..8])).ends(1).error();
    assert!(error["message"].as_str().unwrap().contains("more than one"), "{error}");

    for text in
        ["ffffffff", "", "-", "xyz", "%", "_", "019e4541-ca00-7389-93ce-38b76a92868300", "'; DROP TABLE license"]
    {
        shell.run_args(["license", "show", "--", text]).refused("there is no license");
    }
}

#[test]
fn issuers_and_identities_also_go_by_name() {
    let shell = founded();
    let issuer = shell.run("issuer create 2027 --format json").done().id();
    let identity = shell.run("identity create 'build agent' --format json").done().id();
    for text in ["2027", &issuer, &issuer[28..]] {
        assert_eq!(shell.run(&format!("issuer show {text} --format json")).done().id(), issuer);
    }
    for text in ["'build agent'", &identity, &identity[28..]] {
        assert_eq!(shell.run(&format!("identity show {text} --format json")).done().id(), identity);
    }
    shell.run("issuer show 2028").refused("there is no issuer 2028");
    shell.run("identity show agent").refused("there is no identity agent");
    shell.run("issuer create 2027").refused("taken");
    shell.run("identity create 'build agent'").refused("taken");
}
