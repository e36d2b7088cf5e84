//! Disk, open files, processors, memory.

use std::path::Path;

use super::{K3D, finding::Finding, machine::Machine};

/// Processors that a cluster needs beside the load.
pub(super) const K3D_CPUS: usize = 4;
/// One for the lab, one for the load.
const LOCAL_CPUS: usize = 2;
/// Memory that a cluster needs, bytes. Machines sold with 6 GiB keep some of it to themselves.
pub(super) const K3D_MEMORY: u64 = 5_800 << 20;

/// Builds of the lab and a few runs.
const DISK_NEEDED: u64 = 500_000_000;
/// A long session.
const DISK_WANTED: u64 = 2_000_000_000;
/// The cluster's images, saved and unpacked, and the builds of the lab in Docker.
const DISK_K3D: u64 = 6_000_000_000;

/// Each request in flight holds one file in the engine and two in the forwarder, and 1,000 may be in flight.
const FILES_WANTED: u64 = 4_096;
/// With fewer the lab itself runs short.
const FILES_NEEDED: u64 = 1_024;

pub(super) async fn disk(machine: &dyn Machine, data_dir: &Path) -> Finding {
    let place = data_dir.display();
    match machine.free_bytes(data_dir).await {
        Some(free) if free < DISK_NEEDED => {
            Finding::missing(format!("{} free for {place}; 500 MB are needed", megabytes(free)))
                .fix(Some("cargo clean".to_owned()))
        }
        Some(free) if free < DISK_WANTED => {
            Finding::missing(format!("{} free for {place}; a long session wants 2 GB, k3d 6 GB", megabytes(free)))
                .fix(Some("docker system prune".to_owned()))
                .only_for(&[K3D])
        }
        Some(free) if free < DISK_K3D => {
            Finding::missing(format!("{} free for {place} are enough for local; k3d needs 6 GB", megabytes(free)))
                .fix(Some("docker system prune".to_owned()))
                .only_for(&[K3D])
        }
        Some(free) => Finding::ok(format!("{} free for {place}", megabytes(free))),
        None => Finding::warning(format!("free space for {place} is not known")),
    }
}

pub(super) async fn files(machine: &dyn Machine) -> Finding {
    let limit = machine.open_files();
    let fix = || Some(format!("ulimit -n {FILES_WANTED}"));
    match limit {
        _ if limit < FILES_NEEDED => {
            Finding::missing(format!("{limit} per process; {FILES_NEEDED} are needed")).fix(fix())
        }
        _ if limit < FILES_WANTED => {
            Finding::warning(format!("{limit} per process; {FILES_WANTED} leave room for a full load")).fix(fix())
        }
        _ => Finding::ok(format!("{limit} per process")),
    }
}

pub(super) async fn cpus(machine: &dyn Machine) -> Finding {
    match machine.cpus() {
        cpus if cpus < LOCAL_CPUS => Finding::missing(format!("{cpus}; {LOCAL_CPUS} are needed, {K3D_CPUS} for k3d")),
        cpus if cpus < K3D_CPUS => {
            Finding::missing(format!("{cpus} are enough for local; k3d needs {K3D_CPUS}")).only_for(&[K3D])
        }
        cpus => Finding::ok(cpus.to_string()),
    }
}

pub(super) async fn memory(machine: &dyn Machine) -> Finding {
    match machine.memory_bytes().await {
        Some(bytes) if bytes < K3D_MEMORY => Finding::missing(format!("{}; k3d needs 6 GiB", gib(bytes))),
        Some(bytes) => Finding::ok(gib(bytes)),
        None => Finding::warning("not known; k3d needs 6 GiB"),
    }
}

fn megabytes(bytes: u64) -> String {
    if bytes < 10_000_000_000 { format!("{} MB", bytes / 1_000_000) } else { format!("{} GB", bytes / 1_000_000_000) }
}

pub(super) fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}
