//! What a process has used, from `/proc`. Knows none of them.

/// `USER_HZ`, which Linux shows times in whatever its own tick is.
const TICK_US: u64 = 10_000;

/// CPU time of a process with all its threads, µs.
pub(super) fn cpu_us(pid: u32) -> Option<u64> {
    let stat = stat(pid)?;
    Some(stat.own * TICK_US)
}

/// CPU time of a process, of those below it, and of those that ended below it, µs.
pub(super) fn tree_cpu_us(pid: u32) -> Option<u64> {
    let root = stat(pid)?;
    let living: u64 = below(pid).iter().filter_map(|pid| tree_cpu_us(*pid)).sum();
    Some((root.own + root.ended) * TICK_US + living)
}

/// The largest resident set that a process had, kB.
pub(super) fn peak_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

pub(super) fn parent(pid: u32) -> Option<u32> {
    stat(pid).map(|stat| stat.parent)
}

/// The program's short name.
pub(super) fn name(pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim().to_owned())
}

struct Stat {
    parent: u32,
    /// Ticks.
    own: u64,
    /// Ticks of children that ended and were waited for.
    ended: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(1)?).ok()?,
        own: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}

fn below(pid: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|child| parent(*child) == Some(pid)).collect()
}

#[cfg(test)]
mod tests {
    use super::{cpu_us, parent, peak_kb, tree_cpu_us};

    #[test]
    fn this_process_is_read() {
        let own = std::process::id();
        assert!(peak_kb(own).is_some_and(|kb| kb > 1_000));
        assert!(tree_cpu_us(own) >= cpu_us(own));
        assert_eq!(parent(own), Some(std::os::unix::process::parent_id()));
    }
}
