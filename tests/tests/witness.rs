//! A witness beside a server: it cosigns what goes on, and refuses what does not, whoever has signed it.

use std::{fs, path::Path};

use sigeyi_tests::{
    FAILED, Place, ROSTER, Server, USAGE, certified, copy_dir, fail, roster_row, sigeyi_verify, succeed,
    text, until,
};

const NAME: &str = "witness.example/1";

fn witness(state: &Path, log: &str) -> Server {
    Server::asking_for_tokens(&["witness", "--state", text(state), "--log", log])
}

/// Serves a directory whose checkpoints go to a witness, and to a folder once it has said what it has to say.
fn serve(data: &Path, kept: &Path, witness: &Server, key: &str) -> Server {
    fs::create_dir_all(kept).expect("it is made");
    let url = format!("http://{}", witness.address);
    let server = Server::start(&[
        "serve",
        "--data",
        text(data),
        "--checkpoint-dir",
        text(kept),
        "--witness",
        &url,
        "--witness-key",
        key,
    ]);
    until("a checkpoint", || kept.join("checkpoint").exists());
    server
}

fn end(server: Server) {
    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(0), "{said}");
}

/// People who are not there yet.
fn record(place: &Place, data: &Path, newcomers: std::ops::Range<usize>) {
    let rows: String = newcomers.map(roster_row).collect();
    let roster = place.file("newcomers.csv", format!("{ROSTER}{rows}"));
    succeed(&["import", "--data", text(data), "--roster", text(&roster)]);
}

#[test]
fn what_goes_on_is_cosigned_and_a_fork_is_refused_also_by_a_witness_that_was_killed() {
    let place = Place::with_people();
    let (data, fork, state) = (place.data(), place.path("fork"), place.path("witness"));
    let log = succeed(&["checkpoint", "--data", text(&data), "--public-key"]).trim().to_owned();
    let said = fail(&["witness", "--state", text(&state), "--log", &log], FAILED);
    assert!(said.contains("--name"), "{said}");
    let key =
        succeed(&["witness", "--state", text(&state), "--name", NAME, "--public-key"]).trim().to_owned();
    copy_dir(&data, &fork);

    let first = witness(&state, &log);
    for (round, people) in [5_000..5_001, 5_001..5_002].into_iter().enumerate() {
        record(&place, &data, people);
        let kept = place.path(&format!("kept-{round}"));
        let server = serve(&data, &kept, &first, &key);
        let text = fs::read_to_string(kept.join("checkpoint")).expect("it is there");
        assert!(text.contains(&format!("\n— {NAME} ")), "{text}");
        end(server);
    }
    let proof = place.file("event.tlog-proof", succeed(&["proof", "--data", text(&data), "--position", "7"]));
    let output = sigeyi_verify(&["proof", text(&proof), "--key", &log, "--witness", &key]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    first.kill();

    // The same key, the same beginning, and more events than the witness has seen.
    record(&place, &fork, 6_000..6_009);
    let second = witness(&state, &log);
    let kept = place.path("kept-fork");
    let server = serve(&fork, &kept, &second, &key);
    until("the word of the witness", || second.is_told("FORK"));
    until("the word to the operator", || server.is_told("has not cosigned"));
    let text = fs::read_to_string(kept.join("checkpoint")).expect("it is there");
    assert!(!text.contains(NAME), "{text}");
    end(server);
    // It goes on with the history that it knows.
    let kept = place.path("kept-again");
    record(&place, &data, 5_002..5_003);
    let server = serve(&data, &kept, &second, &key);
    assert!(fs::read_to_string(kept.join("checkpoint")).expect("it is there").contains(NAME));
    end(server);
    end(second);
}

#[test]
fn a_log_that_was_rolled_back_as_a_whole_is_told_so_by_its_witness() {
    let place = Place::with_people();
    let (data, older, state) = (place.data(), place.path("older"), place.path("witness"));
    let log = succeed(&["checkpoint", "--data", text(&data), "--public-key"]).trim().to_owned();
    let key =
        succeed(&["witness", "--state", text(&state), "--name", NAME, "--public-key"]).trim().to_owned();
    copy_dir(&data, &older);
    let witness = witness(&state, &log);
    record(&place, &data, 5_000..5_001);
    end(serve(&data, &place.path("kept"), &witness, &key));
    let server = serve(&older, &place.path("kept-older"), &witness, &key);
    until("the word that it was rolled back", || server.is_told("rolled back"));
    end(server);
    end(witness);
}

#[test]
fn a_witness_elsewhere_is_asked_by_tls_and_only_where_its_authority_is_trusted() {
    let place = Place::with_people();
    let (data, state) = (place.data(), place.path("witness"));
    let log = succeed(&["checkpoint", "--data", text(&data), "--public-key"]).trim().to_owned();
    let key =
        succeed(&["witness", "--state", text(&state), "--name", NAME, "--public-key"]).trim().to_owned();
    let [authority, certificate, private] = certified(&place, "one");
    let [stranger, ..] = certified(&place, "other");
    let witness = ["witness", "--state", text(&state), "--log", &log];
    let tls = ["--tls-certificate", text(&certificate), "--tls-key", text(&private)];
    let said = fail(&[&witness[..], &["--listen", "0.0.0.0:0"]].concat(), USAGE);
    assert!(said.contains("without TLS a witness listens on a loopback address"), "{said}");
    let witness = Server::asking_for_tokens(&[&witness[..], &tls].concat());
    witness.signal("HUP");
    until("its word that it has read its certificate again", || witness.is_told("were read again"));

    let url = format!("https://{}", witness.address);
    let serve = |kept: &Path, ca: &Path| {
        fs::create_dir_all(kept).expect("it is made");
        let server = Server::start(&[
            "serve",
            "--data",
            text(&data),
            "--checkpoint-dir",
            text(kept),
            "--witness",
            &url,
            "--witness-key",
            &key,
            "--witness-ca",
            text(ca),
        ]);
        until("a checkpoint", || kept.join("checkpoint").exists());
        (server, fs::read_to_string(kept.join("checkpoint")).expect("it is there"))
    };
    let (server, checkpoint) = serve(&place.path("kept"), &authority);
    assert!(checkpoint.contains(&format!("\n— {NAME} ")), "{checkpoint}");
    end(server);
    record(&place, &data, 5_000..5_001);
    let (server, checkpoint) = serve(&place.path("kept-stranger"), &stranger);
    assert!(!checkpoint.contains(NAME), "{checkpoint}");
    until("the word to the operator", || server.is_told("has not cosigned"));
    end(server);
    end(witness);
}

#[test]
fn what_a_witness_is_asked_does_not_go_over_a_network_in_clear() {
    let place = Place::with_people();
    let data = place.data();
    let key = succeed(&["witness", "--state", text(&place.path("witness")), "--name", NAME, "--public-key"]);
    let [authority, ..] = certified(&place, "one");
    let serve = |url: &str, more: &[&str]| {
        let args = ["serve", "--data", text(&data), "--witness", url, "--witness-key", key.trim()];
        fail(&[&args[..], &["--without-identity"], more].concat(), USAGE)
    };
    assert!(serve("http://192.0.2.1:8087", &[]).contains("give its address with https"));
    assert!(serve("http://127.0.0.1:8087", &["--witness-ca", text(&authority)]).contains("with https"));
}
