//! The program: allocator, TLS provider, command line. Knows nothing else.

use std::process::ExitCode;

use clap::Parser;
use kontor::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One TLS provider for every client; whoever installed another before us wins nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    Cli::parse().run()
}
