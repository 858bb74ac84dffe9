//! Munja (문자): an SMS text-consultation gateway. One daemon, `munjad`, takes citizens' texts from a carrier, keeps them in
//! SQLite and sends the counselors' answers; one program, `munja`, is what counselors use.
//!
//! # Rooms
//!
//! | room | what it is |
//! |---|---|
//! | [`domain`] | what the service is about: numbers, texts, states, and every rule of a conversation. Pure |
//! | [`store`] | SQLite, and nothing else knows SQL. Use-case methods, each one transaction. `engine/` (the writer, migrations) under `inbound/`, `outbound/`, `conversation/`, `people/`, `journal/`, `photo/`, `privacy/`, `backup/`, `recovery/`, `figures/`, `search/` |
//! | [`carrier`] | the one trait of the house and a folder per carrier. [`carrier::DRIVERS`] is the table that config, daemon and check read |
//! | [`call`] | the ways by which alarms leave beside texts: the operator's program and webhook |
//! | [`worker`] | the loops, one job a file: poller, router, sender, receipts, doubts, timers ... Only they know both store and carrier |
//! | [`api`] | JSON over HTTP, server-sent events, and the wire types |
//! | [`client`] | what every face of the product shares: API client, log-in, drafts, a reply with promise and category as one request, sentences |
//! | [`cli`] | the commands of `munja`: a thin face over [`client`] |
//! | [`tui`] | `munja desk`, the terminal desk: a state, one pure function and a screen, over [`client`] |
//! | [`practice`] | `munja practice`: a private gateway in the counselor's own process, with scripted citizens and a throw-away database |
//! | [`web`] | pages for browsers, compiled in: the desk and the live board. They talk to [`api`] as every other face does |
//! | [`admin`] | the commands of `munjad` |
//! | `sim` | a simulated carrier with faults and a ledger (feature `sim`) |
//! | [`ops`] | clock, logging, systemd |
//! | [`config`], [`check`], [`daemon`] | configuration, `munjad check`, the wiring |
//!
//! ```text
//! bin -> admin -> daemon -> worker -> carrier -> domain      bin -> cli, tui -> client -> api::wire -> domain
//!                   |         `-----> store ---> domain      check -> config, store, carrier (reads only)
//!                   `-----> api ----> store                  api -> web (mounts its pages)
//! bin -> practice -> daemon, carrier, cli (what it is asked for and says)
//! ```
//!
//! # Load, decide, save
//!
//! Whatever moves a conversation is a [`Command`](domain::conversation::Command): a text, a claim, a reply, a close, time.
//! `store::conversation` loads the conversation and the facts, [`Conversation::handle`](domain::conversation::Conversation::handle)
//! decides by the [`ServicePolicy`](domain::policy::ServicePolicy), and the store saves what changed and follows the effects, in the
//! same transaction. The store decides nothing, and one file writes a conversation's columns. A
//! [`Refusal`](domain::refusal::Refusal) says why something was not done. Every method that a person can reach takes an
//! [`Actor`](domain::actor::Actor), with role and desks.
//!
//! # Invariants
//!
//! * A page of texts or receipts is committed before the carrier is acked or asked again; unique keys make repeats harmless.
//! * A text is committed as `sending` before its first byte leaves. Without a usable answer it is `in_doubt`, never simply
//!   sent again.
//! * States of texts only move by the pure tables in [`domain`], through guarded updates that change exactly one row;
//!   conversations only move by `handle`.
//! * `domain` uses no other room, no I/O and no clock; `store` and `carrier` never meet; a counselor's program cannot open
//!   the database. What [`practice`] opens is its own, in a temporary folder that goes with it.
//! * A citizen's number displays masked and a text's `Debug` shows its length; revealing either is an explicit call. Neither
//!   reaches a log, an error or an event.
//! * Identity numbers in texts leave masked; personal data lies only where [`domain::privacy`] says, and has an end there. What was
//!   erased leaves keyed hashes, and neither a carrier's list nor an older copy brings it back.
//! * The bytes of a photo, film or voice message are on disk under their SHA-256 before a row names them; what it is, its own bytes say.
//! * Danger passes everything: a text of tier 1 is answered and shown whatever was decided about its sender. It calls people
//!   until somebody answers the citizen or ends the alarm with a reason.
//! * A database that was put back from a copy says nothing to citizens until it is known what was said after the copy
//!   ([`domain::recovery`]).
//! * What has been answered is on disk: `synchronous=FULL`, shared commits, no exceptions, in a file that is at its path.
//! * The gateway's time goes on evenly whatever the machine's clock does, and what a wrong clock wrote is set right
//!   ([`domain::clock`]).
//!
//! `tests/it/house.rs` reads the sources and holds who may know whom, and the budgets.
//!
//! # Reading order
//!
//! [`domain::inbound`], [`domain::outbound`], [`domain::arrival`] (what a text is); [`domain::conversation`], above all its
//! [`danger`](domain::conversation::danger) and [`time`](domain::conversation::time), and [`domain::queue`]; then `schema.sql` and
//! [`store::Store`]; then [`worker`]; then [`daemon`]. `src/carrier/README.md` is the way to a new carrier.

// A test may look into SQLite's own tables; the programs hold no unsafe code of ours.
#![cfg_attr(not(test), forbid(unsafe_code))]

pub mod admin;
pub mod api;
pub mod call;
pub mod carrier;
pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod ops;
pub mod practice;
#[cfg(feature = "sim")]
pub mod sim;
pub mod store;
pub mod tui;
pub mod web;
pub mod worker;
