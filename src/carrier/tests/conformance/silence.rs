//! What errors say: nothing of what was in a request or an answer.

use super::*;

/// A code that is somebody's number.
const HOSTILE: &str = "01012345678";

fn faults() -> Vec<Fault> {
    vec![
        Fault::ErrorAfter { status: 500 },
        Fault::ErrorBefore { status: 400 },
        Fault::ErrorBefore { status: 404 },
        Fault::ResetAfter,
        Fault::Truncate { at: 50 },
        Fault::Malformed,
        Fault::ExpiredKey,
        Fault::RejectAll { code: HOSTILE.to_owned() },
        Fault::Reject { code: HOSTILE.to_owned() },
    ]
}

/// Whatever goes wrong, wherever.
async fn errors(stand: &Stand) -> Vec<CarrierError> {
    let (driver, text) = (&stand.driver, stand.text(1));
    let mut errors = Vec::new();
    errors.extend(driver.send(&text).await.err());
    errors.extend(driver.reconcile(&text).await.err());
    errors.extend(driver.check().await.err());
    errors.extend(driver.status(text.key.as_str()).await.err());
    if stand.receives() {
        errors.extend(driver.poll_inbound(&Cursor::starting_at(START_MS - 60_000)).await.err());
    }
    if !matches!(stand.caps().reports, ReportClass::None | ReportClass::PerMessage) {
        errors.extend(driver.poll_reports().await.err());
    }
    if stand.caps().lists_sent {
        errors.extend(driver.sent_since(START_MS - 60_000, None).await.err());
    }
    errors
}

pub(super) async fn no_error_holds_a_secret_a_number_or_a_text(row: Row) {
    let mut n = 0;
    for fault in faults() {
        let stand = Stand::new(row);
        stand.sim.text(CITIZEN, WORDS);
        stand.sim.add_fault(FaultRule::anywhere(fault));
        let options = stand.sim.options();
        let secrets = [&options.api_key, &options.api_secret, &options.webhook_secret].map(String::as_str);
        for error in errors(&stand).await {
            n += 1;
            let said = format!("{error} {error:?}");
            for word in secrets.iter().copied().chain([CITIZEN, "1012345678", "막차", "23시"]) {
                assert!(!said.contains(word), "{said}");
            }
        }
    }
    // A carrier that is never polled is asked less.
    let least = if Stand::new(row).receives() { 20 } else { 12 };
    assert!(n > least, "only {n} errors");
}
