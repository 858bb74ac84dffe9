//! Who is on duty, and what they were called for.

use axum::extract::State;

use super::ApiContext;
use super::extract::Json;
use super::problem::Problem;
use super::session::Session;
use super::wire::{AlarmView, DutyList, DutyView, TroubleView};
use crate::domain::UnixMs;
use crate::domain::alarm::{AlarmPolicy, DutyPhone};
use crate::store::{CalledAlarm, OpenTrouble};

/// Who is on duty now and next, and the alarms that stand.
#[utoipa::path(get, path = "/v1/duty", operation_id = "duty", tag = "service",
    responses((status = 200, description = "Duty phones in the order of calls, and open alarms", body = DutyList)))]
pub(super) async fn duty(State(context): State<ApiContext>, _: Session) -> Result<Json<DutyList>, Problem> {
    let (settings, now) = (context.settings(), context.now());
    let rota = &settings.policy.alarm;
    let ignored = context.store.ignored_duty_phones(&rota.phones, now).await?;
    let until =
        |phone: &DutyPhone| ignored.iter().find(|(number, _)| *number == phone.number).map(|(_, at)| *at);
    let phones = rota.phones.iter().map(|phone| view(rota, phone, (until(phone), now))).collect();
    let alarms = context.store.called_alarms().await?.into_iter().map(alarm).collect();
    let troubles = context.store.open_troubles().await?.into_iter().map(trouble).collect();
    Ok(Json(DutyList { phones, alarms, troubles }))
}

fn view(
    rota: &AlarmPolicy,
    phone: &DutyPhone,
    (ignored_until_at, now): (Option<UnixMs>, UnixMs),
) -> DutyView {
    let open = phone.hours.at(now);
    let has_no_end = open.is_always_open(now);
    let next = rota.at_step(phone.kind, 0, now);
    DutyView {
        kind: phone.kind.as_str().to_owned(),
        name: phone.name.clone(),
        number: phone.number.to_string(),
        is_on_duty: phone.is_on_duty(now),
        until_at: open.changes_at(now).filter(|_| !phone.has_days()),
        is_always: has_no_end && !phone.has_days(),
        ignored_until_at,
        is_next: next.is_some_and(|next| next.number == phone.number),
    }
}

fn alarm(row: CalledAlarm) -> AlarmView {
    AlarmView {
        conversation_id: row.conversation_id,
        since_at: row.since,
        n_phones: row.n_phones.into(),
        last_call_at: row.last_call_at,
        acked_by: row.acked_by,
        quiet_until_at: row.quiet_until,
    }
}

fn trouble(row: OpenTrouble) -> TroubleView {
    TroubleView { trouble: row.trouble.to_word(), since_at: row.since, told_at: row.told_at }
}
