//! Items of Bizgo's lists. Source: official OpenAPI document 1.2.0.

use serde::Serialize;

use crate::sim::answer::korean_time;
use crate::sim::core::record::Message;
use crate::sim::core::record::Text;

/// A list of texts or messages, with the position of the page if there are pages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seq: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_next: Option<bool>,
    pub messages: Vec<T>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum MoItem<'a> {
    #[serde(rename_all = "camelCase")]
    Good {
        msg_key: &'a str,
        service_type: &'static str,
        msg_type: &'static str,
        to: &'a str,
        from: &'a str,
        originator: &'a str,
        content: &'a str,
        carrier: &'static str,
        occurred_time: String,
    },
    #[serde(rename_all = "camelCase")]
    Broken { msg_key: &'a str, content: u8 },
}

impl<'a> MoItem<'a> {
    pub(super) fn new(text: &'a Text, mo_number: &'a str) -> Self {
        if text.is_broken() {
            return MoItem::broken(&text.key);
        }
        MoItem::Good {
            msg_key: &text.key,
            service_type: "MO",
            msg_type: "SM",
            to: mo_number,
            from: text.shown_from(),
            originator: &text.from,
            content: &text.body,
            carrier: "SKT",
            occurred_time: korean_time(text.at),
        }
    }

    pub(super) fn broken(msg_key: &'a str) -> Self {
        MoItem::Broken { msg_key, content: 7 }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusItem<'a> {
    msg_key: &'a str,
    service_type: &'static str,
    msg_type: &'static str,
    to: &'a str,
    fallback: &'static str,
    response_code: &'static str,
    response_text: &'static str,
    request_time: String,
    send_time: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    report: Option<ReportPart<'a>>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportPart<'a> {
    report_time: String,
    report_type: &'static str,
    report_code: &'a str,
    report_text: &'static str,
    carrier: &'static str,
}

impl<'a> ReportPart<'a> {
    pub(super) fn new(message: &'a Message) -> Self {
        ReportPart {
            report_time: korean_time(message.dated(message.handset_at)),
            report_type: "SM",
            report_code: &message.code,
            report_text: "simulated",
            carrier: "SKT",
        }
    }
}

impl<'a> StatusItem<'a> {
    pub(super) fn new(message: &'a Message, now: i64) -> Self {
        StatusItem {
            msg_key: &message.msg_key,
            service_type: message.kind,
            msg_type: "SM",
            to: &message.to,
            fallback: "N",
            response_code: "A000",
            response_text: "Success",
            request_time: korean_time(message.dated(message.accepted_at)),
            send_time: korean_time(message.dated(message.accepted_at)),
            report: message.report(now).map(|_| ReportPart::new(message)),
            reference: message.reference.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reports<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_id: Option<&'a str>,
    pub report: Option<Vec<ReportItem<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportItem<'a> {
    msg_key: &'a str,
    service_type: &'static str,
    msg_type: &'static str,
    send_time: String,
    #[serde(flatten)]
    report: ReportPart<'a>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

impl<'a> ReportItem<'a> {
    pub(super) fn new(message: &'a Message) -> Self {
        ReportItem {
            msg_key: &message.msg_key,
            service_type: message.kind,
            msg_type: "SM",
            send_time: korean_time(message.dated(message.accepted_at)),
            report: ReportPart::new(message),
            reference: message.reference.as_deref(),
        }
    }
}
