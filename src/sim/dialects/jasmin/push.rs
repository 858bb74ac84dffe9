//! Jasmin's calls (`deliverSmThrower`, `DLRThrower`): forms, a text to the webhook's address with the token that stands there,
//! a receipt to the address that came with its text. As on the wire, `coding` is an octet.

use bytes::Bytes;
use http::Method;
use url::form_urlencoded;

use super::order;
use crate::sim::answer::korean;
use crate::sim::core::Core;
use crate::sim::core::record::Pushed;
use crate::sim::dialect::Push;
use crate::sim::dialects::numbers::international;

type Fields = Vec<(&'static str, String)>;

/// `None` for a receipt that nobody asked for.
pub(super) fn call(core: &Core<'_>, pushed: Pushed) -> Option<Push> {
    let (query, body) = match pushed {
        Pushed::Text(index) => {
            let token = core.options.webhook_secret.clone();
            (vec![("token".to_owned(), token)], text(core, index))
        }
        Pushed::Report(index) => {
            let message = core.message(index);
            (order::pairs(message.reference.as_ref()?), form(&receipt(core, index)))
        }
    };
    Some(Push {
        method: Method::POST,
        query,
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        body: Bytes::from(body),
    })
}

fn form(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A broken text lacks its sender.
fn text(core: &Core<'_>, index: usize) -> String {
    let text = core.text(index);
    let octets: Vec<u8> = text.body.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut fields = vec![
        ("id", text.key.clone()),
        ("to", core.options.mo_number.clone()),
        ("origin-connector", "smsc".to_owned()),
        ("binary", octets.iter().map(|b| format!("{b:02x}")).collect()),
        ("priority", "0".to_owned()),
    ];
    if !text.is_broken() {
        fields.push(("from", international(&text.from)));
    }
    let content: String = form_urlencoded::byte_serialize(&octets).collect();
    format!("{}&content={content}&coding=%08", form(&fields))
}

fn receipt(core: &Core<'_>, index: usize) -> Fields {
    let message = core.message(index);
    let time = |at| korean(message.dated(at), "%y%m%d%H%M");
    vec![
        ("id", message.msg_key.clone()),
        ("level", "2".to_owned()),
        ("message_status", message.code.clone()),
        ("connector", "1".to_owned()),
        ("id_smsc", "1".to_owned()),
        ("sub", "001".to_owned()),
        ("dlvrd", "001".to_owned()),
        ("subdate", time(message.accepted_at)),
        ("donedate", time(message.handset_at)),
        ("err", "000".to_owned()),
        ("text", message.body.chars().take(20).collect()),
    ]
}
