//! The gateway: `munjad run`, and what an operator needs around it.

use std::process::ExitCode;

fn main() -> ExitCode {
    munja::admin::main()
}
