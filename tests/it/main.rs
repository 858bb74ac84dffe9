//! One test crate: the house's rules, the configuration, and the whole daemon over real sockets with the simulated carrier.

mod alarm;
mod camera;
mod carriers;
mod check;
mod cli;
mod config;
mod control;
mod crash;
mod faults;
mod forgotten;
mod grounds;
mod harness;
mod hearing;
mod hostile;
mod house;
mod intent;
mod main_job;
mod photos;
mod process;
mod service;
mod simulated;
mod simulation;
mod triage;
mod upgrade;
mod webhooks;
