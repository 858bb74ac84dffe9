//! The whole carrier, called in process under tokio's paused clock, and once over real sockets.

mod faults;
mod limits;
mod own_routes;
mod reads;
mod sends;
mod sockets;
mod strict;

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use super::*;
use crate::ops::clock::Clock;

/// 2026-04-23T14:11:01+09:00
const START_MS: i64 = 1_776_921_061_000;
const CITIZEN: &str = "01012345678";
const OURS: &str = "062120";

/// A carrier whose time is tokio's, without limits that matter and with reports after 100 ms.
fn sim() -> Sim {
    sim_with(|_| {})
}

fn sim_with(change: impl FnOnce(&mut SimOptions)) -> Sim {
    let mut options = SimOptions {
        clock: Clock::following_tokio(START_MS),
        sends_per_sec: 100_000,
        others_per_sec: 100_000,
        report_delay_ms: (100, 100),
        ..SimOptions::default()
    };
    change(&mut options);
    Sim::new(options)
}

struct Said {
    status: u16,
    head: http::HeaderMap,
    body: Value,
}

impl Said {
    fn of(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Said { status: head.status.as_u16(), head: head.headers, body }
    }

    /// HTTP status, gateway code, service code.
    fn codes(&self) -> (u16, &str, &str) {
        let gateway = self.body["common"]["authCode"].as_str().unwrap_or("");
        (self.status, gateway, self.body["data"]["code"].as_str().unwrap_or(""))
    }

    fn data(&self) -> &Value {
        assert_eq!(self.codes(), (200, "A000", "A000"), "{}", self.body);
        &self.body["data"]["data"]
    }

    fn messages(&self) -> &Vec<Value> {
        self.data()["messages"].as_array().unwrap()
    }

    /// What each text says, in the order listed.
    fn contents(&self) -> Vec<&str> {
        self.messages().iter().map(|m| m["content"].as_str().unwrap_or("?")).collect()
    }

    /// The code of each recipient.
    fn outcomes(&self) -> Vec<&str> {
        let all = self.data()["destinations"].as_array().unwrap();
        all.iter().map(|d| d["code"].as_str().unwrap()).collect()
    }
}

fn request(method: Method, path: &str, body: &Value) -> Request<Bytes> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/comm/v1/{path}"))
        .header("authorization", "SIM-KEY");
    if !body.is_null() {
        request = request.header("content-type", "application/json; charset=utf-8");
    }
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    request.body(body).unwrap()
}

async fn get(sim: &Sim, path: &str) -> Said {
    Said::of(sim.call(request(Method::GET, path, &Value::Null)).await.unwrap())
}

async fn ack(sim: &Sim, report_id: &str) -> Said {
    let path = format!("report/polling/{report_id}");
    Said::of(sim.call(request(Method::DELETE, &path, &Value::Null)).await.unwrap())
}

fn order(to: &str, key: &str) -> Value {
    json!({
        "destinations": [{ "to": to, "ref": key }],
        "messageFlow": [{ "sms": { "from": OURS, "text": "답입니다", "ttl": "3600" } }],
        "idempotencyKey": key, "idempotencyTtl": 86_400, "ref": key,
    })
}

async fn try_send(sim: &Sim, body: &Value) -> Result<Said, SimBreak> {
    sim.call(request(Method::POST, "send/omni", body)).await.map(Said::of)
}

async fn send(sim: &Sim, body: &Value) -> Said {
    try_send(sim, body).await.unwrap()
}

/// The texts listed on one page.
async fn listed(sim: &Sim) -> Said {
    get(sim, "message/history/mo?occurredTime=2026-04-23T14:11:01%2B09:00").await
}

async fn poll(sim: &Sim) -> Said {
    get(sim, "report/polling").await
}

fn codes_of(reports: &Said) -> Vec<&str> {
    let all = reports.data()["report"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|r| r["reportCode"].as_str().unwrap()).collect()
}

async fn pass(ms: u64) {
    tokio::time::advance(std::time::Duration::from_millis(ms)).await;
}
