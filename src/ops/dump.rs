//! Core dumps: the memory of these programs holds citizens' texts and numbers, so none is ever written, and no other program of
//! the same user may look into it.

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// Forbids core dumps of this process (`PR_SET_DUMPABLE`). Where the system refuses, there are those that it allows anyway.
pub fn forbid() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

#[cfg(test)]
mod tests {
    use rustix::process::dumpable_behavior;

    use super::*;

    #[test]
    fn after_it_the_kernel_writes_none() {
        forbid();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        set_dumpable_behavior(DumpableBehavior::Dumpable).unwrap();
    }

    #[test]
    fn the_unit_forbids_them_as_well() {
        let unit = include_str!("../../systemd/munjad.service");
        assert!(unit.lines().any(|line| line == "LimitCORE=0"));
    }
}
