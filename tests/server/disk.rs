//! A disk that takes no writes: full, or with a limit. Nothing is acknowledged, nobody is blamed, and it goes on by itself.

use std::process::Command;

use crate::rig::{Ground, has, until};

/// Writes by three customers, of whom two come while the disk refuses; all are answered once in the end.
async fn through_a_refusing_disk(ground: &Ground, refuse: impl FnOnce(), take: impl FnOnce()) {
    let people = [ground.person("Ada"), ground.person("Ben"), ground.person("Cem")];
    ground.writes(people[0], "/start");
    ground.answered(people[0], 1).await;
    ground.probe("/ready", 200).await;
    let before = ground.answers(people[0]);
    refuse();
    for person in people {
        ground.writes(person, "/help");
    }
    let words = ground.probe("/ready", 503).await;
    assert!(words.contains("journal"), "it says what is wrong: {words}");
    ground.probe("/live", 200).await;
    assert_eq!(ground.answers(people[0]), before, "what is not committed is not answered");
    assert!(ground.world.pending_updates(ground.bot) > 0, "and stays at Telegram");
    take();
    ground.probe("/ready", 200).await;
    ground.answered(people[0], before + 1).await;
    for person in &people[1..] {
        ground.answered(*person, 1).await;
    }
    until("Telegram has nothing left", async || ground.world.pending_updates(ground.bot) == 0)
        .await;
    assert_eq!(ground.answers(people[0]), before + 1, "once");
    let quarantine = ground.kontor(&["quarantine", "list", "--json"]);
    let listed = String::from_utf8_lossy(&quarantine.stdout).into_owned();
    assert_eq!(listed.trim(), "[]", "nobody is quarantined for it");
    // The owner is told afterwards.
    until("the owner is told", async || {
        let told = ground.world.bot_texts(ground.owner, ground.bot);
        told.iter().any(|text| text.contains("did not take writes"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_on_files_stops_it_as_long_as_it_holds() {
    let ground = Ground::new("sqlite://{folder}/k.db", "").await;
    if !has(ground.folder.path(), "prlimit") {
        println!("skipped: prlimit (util-linux) is missing");
        return ground.end().await;
    }
    // The signal that comes with the limit would end the process; a disk that is full sends none.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_kontor")]);
    let server = ground.serve_by(command);
    let limit = |bytes: &str| {
        let limit = format!("--fsize={bytes}:unlimited");
        let set =
            Command::new("prlimit").args(["--pid", &server.id().to_string(), &limit]).status();
        assert!(set.expect("prlimit runs").success());
    };
    through_a_refusing_disk(&ground, || limit("1"), || limit("unlimited")).await;
    assert!(server.log().contains("does not take writes"), "{}", server.log());
    drop(server);
    ground.end().await;
}

/// A small disk of its own, until it goes.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &std::path::Path) -> Option<Self> {
        std::fs::create_dir_all(at).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(at)
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| Self(at.to_owned()))
    }

    fn read_only(&self) {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status();
        assert!(done.expect("mount runs").success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A lazy one lets go even of files that are still open.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_it_until_there_is_room_and_a_read_only_one_is_refused() {
    let ground = Ground::new("sqlite://{folder}/disk/k.db", "").await;
    let Some(disk) = SmallDisk::mount(&ground.folder.path().join("disk")) else {
        println!("skipped: only root may mount a small disk");
        return ground.end().await;
    };
    let ballast = disk.0.join("ballast");
    let mut server = ground.serve();
    let fill = || {
        use std::io::Write;
        let mut file = std::fs::File::create(&ballast).expect("creates");
        while file.write_all(&[0; 4096]).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    };
    through_a_refusing_disk(&ground, fill, || std::fs::remove_file(&ballast).expect("frees")).await;
    server.signal("-TERM");
    assert!(server.ended().await.success());
    disk.read_only();
    let mut refused = ground.serve();
    assert!(!refused.ended().await.success());
    let words = refused.log();
    assert!(words.contains("Read-only"), "it says why: {words}");
    drop(disk);
    ground.end().await;
}
