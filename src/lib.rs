//! Munja (문자): an SMS text-consultation gateway. One daemon, `munjad`, takes citizens' texts from a carrier, keeps them in
//! SQLite and sends the counselors' answers; one program, `munja`, is what counselors use.
//!
//! # Rooms
//!
//! | room | what it is |
//! |---|---|
//! | [`domain`] | what the service is about: numbers, texts, states and their transitions, timing rules. Pure |
//! | [`store`] | SQLite, and nothing else knows SQL. Use-case methods, each one transaction |
//! | [`carrier`] | the one trait of the house, a file per carrier, the HTTP client they share |
//! | [`worker`] | the loops: poller, router, sender, receipts, rescuer, doubts, photos, timers ... Only they know both store and carrier |
//! | [`api`] | JSON over HTTP, server-sent events, and the wire types |
//! | [`client`] | what every face of the product shares: API client, log-in, drafts, one reply as one request, sentences |
//! | [`cli`] | the commands of `munja`: a thin face over [`client`] |
//! | [`admin`] | the commands of `munjad` |
//! | `sim` | a simulated carrier with faults and a ledger (feature `sim`) |
//! | [`ops`] | clock, logging, systemd |
//! | [`config`], [`check`], [`daemon`] | configuration, `munjad check`, the wiring |
//!
//! ```text
//! bin -> admin -> daemon -> worker -> carrier -> domain      bin -> cli -> client -> api::wire -> domain
//!                   |         `-----> store ---> domain      check -> config, store, carrier (reads only)
//!                   `-----> api ----> store
//! ```
//!
//! # Invariants
//!
//! * A page of texts or receipts is committed before the carrier is acked or asked again; unique keys make repeats harmless.
//! * A text is committed as `sending` before its first byte leaves. Without a usable answer it is `in_doubt`, never simply
//!   sent again.
//! * States only move by the pure tables in [`domain`], through guarded updates that change exactly one row.
//! * `domain` uses no other room, no I/O and no clock; `store` and `carrier` never meet; a counselor's program cannot open
//!   the database.
//! * A citizen's number displays masked and a text's `Debug` shows its length; revealing either is an explicit call. Neither
//!   reaches a log, an error or an event.
//! * A photo's bytes are on disk under their SHA-256 before a row names them; what it is, its own bytes say.
//! * Danger passes everything: a text of tier 1 is answered and shown whatever was decided about its sender.
//! * What has been answered is on disk: `synchronous=FULL`, shared commits, no exceptions.
//!
//! `tests/it/house.rs` reads the sources and holds who may know whom, and the budgets.
//!
//! # Reading order
//!
//! [`domain::inbound`], [`domain::outbound`], [`domain::conversation`], [`domain::arrival`],
//! [`domain::timers`]; then [`store::Store`] and `schema.sql`; then
//! [`worker`]; then [`daemon`].

pub mod admin;
pub mod api;
pub mod carrier;
pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod ops;
#[cfg(feature = "sim")]
pub mod sim;
pub mod store;
pub mod worker;
