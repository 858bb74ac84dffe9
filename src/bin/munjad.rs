//! The gateway: `munjad run`, and what an operator needs around it.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    munja::admin::main()
}
