//! `munja duty`: who is on duty now and next, and the alarms that stand.

use super::context::CliContext;
use super::failure::Failure;
use crate::api::wire::{AlarmView, DutyView, TroubleView};
use crate::client::format::one_word;
use crate::client::table::{lines, table};

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.duty().await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.phones.is_empty() {
        let nobody = context.say.t("duty-nobody");
        context.print(&nobody)?;
    } else {
        let rows: Vec<_> = list.phones.iter().map(|phone| row(context, phone)).collect();
        let text = if context.io.stdout_is_terminal {
            let heads = ["head-duty", "head-name", "head-citizen", "head-state"];
            table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
        } else {
            lines(&rows)
        };
        context.print(&text)?;
    }
    let mut below: Vec<String> = list.alarms.iter().map(|alarm| alarm_line(context, alarm)).collect();
    below.extend(list.troubles.iter().map(|trouble| trouble_line(context, trouble)));
    if below.is_empty() {
        below.push(context.say.t("duty-no-alarm"));
    }
    context.print(&below.join("\n"))
}

fn row(context: &CliContext, phone: &DutyView) -> Vec<String> {
    let at = phone.until_at.map(|at| context.times().clock(at)).unwrap_or_default();
    let id = match (phone.is_on_duty, phone.until_at) {
        _ if phone.is_always => "duty-always",
        (true, Some(_)) => "duty-until",
        (true, None) => "duty-on",
        (false, Some(_)) => "duty-from",
        (false, None) => "duty-off",
    };
    let mut state = context.say.with(id, [("at", at.into())]);
    if phone.is_next {
        state = format!("{state} · {}", context.say.t("duty-next"));
    }
    if let Some(at) = phone.ignored_until_at {
        let at = context.times().clock(at);
        state = format!("{state} · {}", context.say.with("duty-ignored", [("at", at.into())]));
    }
    let kind = context.say.find(&format!("duty-kind-{}", phone.kind));
    vec![kind.unwrap_or_else(|| one_word(&phone.kind)), one_word(&phone.name), one_word(&phone.number), state]
}

fn alarm_line(context: &CliContext, alarm: &AlarmView) -> String {
    let say = &context.say;
    let values = [
        ("n", alarm.conversation_id.to_string().into()),
        ("span", context.times().since(alarm.since_at).into()),
        ("phones", alarm.n_phones.into()),
    ];
    let mut line = say
        .with(if context.times().is_now(alarm.since_at) { "duty-alarm-now" } else { "duty-alarm" }, values);
    if let Some(name) = &alarm.acked_by {
        line = format!("{line} · {}", say.with("urgent-acked", [("name", one_word(name).into())]));
    }
    if let Some(at) = alarm.quiet_until_at {
        line = format!("{line} · {}", say.with("duty-quiet", [("at", context.times().clock(at).into())]));
    }
    context.paint.alert(&line)
}

fn trouble_line(context: &CliContext, trouble: &TroubleView) -> String {
    let span = context.times().since(trouble.since_at);
    let (word, carrier) = trouble.trouble.split_once(':').unwrap_or((&trouble.trouble, ""));
    let values = || vec![("carrier", one_word(carrier).into()), ("span", span.clone().into())];
    let known = context.say.find_with(&format!("trouble-{word}"), values());
    // A trouble of a newer server.
    context.paint.alert(&known.unwrap_or_else(|| context.say.with("trouble-other", values())))
}
