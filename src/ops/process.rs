//! What the system says of this process.

/// The memory that it occupies (bytes); `None` if that cannot be told.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_occupies_something() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}
