//! smsbox's calls to the gateway: `get-url` for a text, and the address that came with a send for its report. The codes in
//! both are replaced as `urltrans.c` does it.

use bytes::Bytes;
use http::Method;
use url::form_urlencoded;

use crate::sim::core::Core;
use crate::sim::dialect::Push;

/// A text, as under `mo-recode`. One that cannot be read is binary data.
pub(super) fn received(core: &Core<'_>, index: usize) -> Push {
    let text = core.text(index);
    let charset = if text.is_broken() { "8-BIT" } else { "UTF-8" };
    let fields = [
        ("token", core.options.webhook_secret.as_str()),
        ("id", &text.key),
        ("from", &text.from),
        ("to", &core.options.mo_number),
        ("at", &(text.at / 1_000).to_string()),
        ("charset", charset),
        ("text", &text.body),
    ];
    call(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// The report of a text; `None` if none was asked for, or if it goes to another address than the gateway's.
pub(super) fn report(core: &Core<'_>, index: usize) -> Option<Push> {
    let message = core.message(index);
    let (address, query) = message.reference.as_deref()?.split_once('?')?;
    if core.state.webhook.as_ref()?.as_str() != address {
        return None;
    }
    let at = (message.dated(message.handset_at) / 1_000).to_string();
    let filled = filled(query, &message.code, &at);
    Some(call(form_urlencoded::parse(filled.as_bytes()).into_owned().collect()))
}

fn call(query: Vec<(String, String)>) -> Push {
    Push {
        method: Method::GET,
        query,
        headers: vec![("user-agent", "Kannel/1.4.5".to_owned())],
        body: Bytes::new(),
    }
}

/// `%d` is the state, `%A` the SMSC's words, `%T` the time; what Kannel does not know stays.
fn filled(pattern: &str, state: &str, at: &str) -> String {
    let (mut filled, mut rest) = (String::new(), pattern);
    while let Some((before, after)) = rest.split_once('%') {
        filled.push_str(before);
        let code = after.chars().next();
        match code {
            Some('d') => filled.push_str(state),
            Some('T') => filled.push_str(at),
            Some('A' | 'F' | 'I' | 'i' | 'p' | 'P') => {}
            Some('%') => filled.push('%'),
            other => filled.extend(std::iter::once('%').chain(other)),
        }
        rest = &after[code.map_or(0, char::len_utf8)..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_replaced_as_kannel_does_it() {
        assert_eq!(filled("key=K&dlr=%d&reply=%A&at=%T", "8", "12"), "key=K&dlr=8&reply=&at=12");
        assert_eq!(filled("a=%%&b=%z&c=%", "8", "12"), "a=%&b=%z&c=%");
    }
}
