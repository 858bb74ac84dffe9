//! The counselors' program: parses the arguments, runs the command and sets the exit code.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use munja::cli::{self, Io};
use munja::practice;

fn main() -> ExitCode {
    munja::ops::dump::forbid();
    // The first provider installed wins, and this is the first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("munja: {error}");
            return ExitCode::from(cli::Exit::Unexpected as u8);
        }
    };
    let exit = runtime.block_on(cli::run(std::env::args_os().collect(), Io::system(), practice::start));
    ExitCode::from(exit as u8)
}
