//! The client against a scripted server on a real socket.

mod api;
mod link;
mod words;
