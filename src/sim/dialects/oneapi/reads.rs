//! Reads of the gateway: texts once, the status of one text repeatedly.

use serde_json::{Value, json};

use super::{error, order};
use crate::sim::answer::{Answer, utc};
use crate::sim::core::Core;
use crate::sim::core::record::Text;
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::query::{Query, Unexpected};

/// `GET inbound/registrations/{registration}/messages`
pub(super) fn inbound(core: &mut Core<'_>, query: &Query) -> Result<Answer, Unexpected> {
    query.only(&["maxBatchSize", "resFormat"])?;
    let limit = query.within("maxBatchSize", (1, 1_000), 50)?;
    let page = core.hand_out_texts(limit, |_| true);
    let to = format!("tel:{}", e164(&core.options.mo_number));
    let mut items: Vec<Value> = page.items.iter().map(|index| text(core.text(*index), &to)).collect();
    if page.has_broken {
        items.push(json!({ "messageId": null, "message": 7 }));
    }
    let pending = core.n_open_texts() + items.len();
    Ok(Answer::json(
        200,
        &json!({ "inboundSMSMessageList": {
            "inboundSMSMessage": items, "numberOfMessagesInThisBatch": items.len(),
            "totalNumberOfPendingMessages": pending, "resourceURL": core.base_url(None),
        } }),
    ))
}

fn text(text: &Text, to: &str) -> Value {
    if text.is_broken() {
        return json!({ "messageId": text.key, "message": 7 });
    }
    json!({
        "dateTime": utc(text.at, "%Y-%m-%dT%H:%M:%S.%3f+00:00"), "destinationAddress": to, "messageId": text.key,
        "message": text.body, "senderAddress": format!("tel:{}", e164(&text.from)),
        "resourceURL": format!("{}/smsmessaging/inbound/messages/{}", "", text.key),
    })
}

/// `GET outbound/{sender}/requests/{id}/deliveryInfos`
pub(super) fn deliveries(core: &Core<'_>, sender: &str, id: &str) -> Answer {
    let from = crate::sim::dialects::numbers::domestic(sender.strip_prefix("tel:").unwrap_or(sender));
    let name = format!("{}/{id}", order::sender_segment(&from));
    let Some(message) = core.message_by_key(&name).map(|index| core.message(index)) else {
        return error(404, "SVC0004");
    };
    let status = message.report(core.now).unwrap_or("MessageWaiting");
    let url = format!("{}/smsmessaging/outbound/{}/deliveryInfos", core.base_url(None), name);
    Answer::json(
        200,
        &json!({ "deliveryInfoList": {
            "resourceURL": url,
            "deliveryInfo": [{ "address": format!("tel:{}", e164(&message.to)), "deliveryStatus": status }],
        } }),
    )
}
