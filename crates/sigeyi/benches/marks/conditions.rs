//! On what the marks were measured.

use std::{fs, io::Write, path::Path, process::Command, time::Instant};

pub(crate) fn print(work: &Path) {
    let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let said = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    };
    let cpu = file("/proc/cpuinfo");
    let model = cpu.lines().find(|line| line.starts_with("model name")).unwrap_or("model name: unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = file("/proc/meminfo").lines().next().unwrap_or_default().to_owned();
    println!("## Conditions");
    println!("{model}; {cores} cores; {memory}");
    println!("{} ; {}", said("uname", &["-sr"]), said("rustc", &["--version"]));
    println!("file system {}", said("stat", &["-f", "-c", "%T", &work.display().to_string()]));
    println!("load before {}", file("/proc/loadavg").trim());
    println!("fdatasync of a 4 KiB append: {}", sync_times(work));
    println!();
}

/// Quartiles of single syncs: what every durable figure below rests on.
fn sync_times(work: &Path) -> String {
    let path = work.join("sync-probe");
    let mut file = fs::File::create(&path).expect("a file can be made");
    let mut micros: Vec<u128> = (0..200)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("it can be written");
            let started = Instant::now();
            file.sync_data().expect("it can be synced");
            started.elapsed().as_micros()
        })
        .collect();
    fs::remove_file(path).expect("it can be removed");
    micros.sort_unstable();
    format!("{} / {} / {} µs (quartiles of 200)", micros[50], micros[100], micros[150])
}
