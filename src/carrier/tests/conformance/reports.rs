//! What became of our texts.

use super::*;

const MOST_POLLS: usize = 12;
/// Carriers whose codes of failed texts are published nowhere: they are shown as they come.
const WITHOUT_TABLE: &[&str] = &["sens"];

/// All that is told of these texts by now and soon, in the order it was told.
pub(super) async fn told(stand: &Stand, names: &[String]) -> Vec<Receipt> {
    let mut all = Vec::new();
    match stand.caps().reports {
        ReportClass::None => {}
        ReportClass::PushOnly => {
            for _ in 0..MOST_POLLS {
                stand.pause().await;
                all.extend(pushes::taken_calls(stand).receipts.into_iter().filter_map(|item| match item {
                    ReceiptItem::Receipt(receipt) => Some(receipt),
                    ReceiptItem::Unreadable { .. } => None,
                }));
            }
        }
        ReportClass::PerMessage => {
            stand.pause().await;
            for name in names {
                all.extend(stand.driver.status(name).await.unwrap());
            }
        }
        _ => {
            for _ in 0..MOST_POLLS {
                stand.pause().await;
                let page = stand.driver.poll_reports().await.unwrap();
                all.extend(page.items.into_iter().filter_map(|item| match item {
                    ReceiptItem::Receipt(receipt) => Some(receipt),
                    ReceiptItem::Unreadable { .. } => None,
                }));
                if let Some(ack) = page.ack {
                    stand.driver.ack_reports(&ack).await.unwrap();
                }
            }
        }
    }
    all.into_iter().map(|receipt| stand.named(receipt)).collect()
}

/// The statuses told of one text.
fn of<'a>(told: &'a [Receipt], name: &str) -> Vec<&'a Receipt> {
    told.iter().filter(|receipt| receipt.carrier_message_id == name).collect()
}

pub(super) async fn what_became_of_each_text_is_told(row: Row) {
    let stand = Stand::new(row);
    let arrives = stand.sent(&stand.text(1)).await;
    let off = stand.sent(&stand.text_to("01055550901", 2)).await;
    let silent = stand.sent(&stand.text_to("01055550902", 3)).await;
    let names = [arrives.clone(), off.clone(), silent.clone()];
    let told = told(&stand, &names).await;
    if stand.caps().reports == ReportClass::None {
        return;
    }
    let delivered = of(&told, &arrives);
    assert!(!delivered.is_empty() && delivered.iter().all(|r| r.status == ReceiptStatus::Delivered));
    let key = delivered[0].client_key.as_deref();
    assert!(key.is_none_or(|key| key == stand.text(1).key.as_str()), "somebody else's key");
    let undelivered = of(&told, &off);
    assert!(!undelivered.is_empty() && undelivered.iter().all(|r| r.status == ReceiptStatus::Undelivered));
    let code = &undelivered[0].code;
    let has_table = !WITHOUT_TABLE.contains(&stand.driver.name());
    assert_eq!(meaning(stand.driver.name(), code).is_some(), has_table, "{code}");
    assert!(of(&told, &silent).iter().all(|r| r.status == ReceiptStatus::Unknown));
    assert!(told.iter().all(|receipt| names.contains(&receipt.carrier_message_id)));
    let one = stand.driver.status(&arrives).await.unwrap();
    assert!(one.is_none_or(|receipt| receipt.status == ReceiptStatus::Delivered));
    assert_eq!(stand.driver.status(&silent).await.unwrap().map(|r| r.status.event()), None);
}

/// Numbers that end in 0907 get a report with a word nobody knows.
pub(super) async fn an_unknown_word_decides_nothing(row: Row) {
    let stand = Stand::new(row);
    let strange = stand.sent(&stand.text_to("01055550907", 1)).await;
    let known = stand.sent(&stand.text(2)).await;
    let told = told(&stand, &[strange.clone(), known.clone()]).await;
    assert!(of(&told, &strange).iter().all(|receipt| receipt.status == ReceiptStatus::Unknown));
    let has_reports = stand.caps().reports != ReportClass::None;
    assert_eq!(has_reports, !of(&told, &known).is_empty(), "the word cost another text its report");
}

pub(super) async fn repeated_and_mixed_up_reports_are_the_same_reports(row: Row) {
    for fault in [Fault::DuplicateReport, Fault::ReorderReports] {
        let stand = Stand::new(row);
        if stand.caps().reports == ReportClass::None {
            return;
        }
        let mut names = Vec::new();
        for n in 1..=6 {
            names.push(stand.sent(&stand.text(n)).await);
        }
        // At its sending, every report of the seventh comes twice.
        names.push(stand.sent(&stand.text_to("01055550906", 7)).await);
        stand.sim.add_fault(FaultRule::at(Endpoint::Report, fault));
        let told = told(&stand, &names).await;
        for name in &names {
            let reports = of(&told, name);
            assert!(!reports.is_empty());
            assert!(reports.iter().all(|receipt| receipt.status == ReceiptStatus::Delivered));
        }
        assert!(told.iter().all(|receipt| names.contains(&receipt.carrier_message_id)));
    }
}

pub(super) async fn a_report_that_could_not_be_read_comes_again(row: Row) {
    let faults = [
        Fault::ErrorBefore { status: 500 },
        Fault::ResetBefore,
        Fault::RateLimit { retry_after_secs: None },
        Fault::Truncate { at: 40 },
        Fault::Malformed,
    ];
    for fault in faults {
        let stand = Stand::new(row);
        let class = stand.caps().reports;
        let name = stand.sent(&stand.text(1)).await;
        stand.pause().await;
        if matches!(class, ReportClass::AckQueue | ReportClass::Window) {
            stand.fault(Endpoint::Report, fault.clone(), 1);
            let error = stand.driver.poll_reports().await.unwrap_err();
            let is_a_read =
                matches!(error.kind, ErrorKind::Transient | ErrorKind::Protocol | ErrorKind::RateLimited);
            assert!(is_a_read, "{fault:?}: {error}");
        }
        if class == ReportClass::PerMessage {
            stand.fault(Endpoint::Inquiry, fault.clone(), 1);
            assert!(stand.driver.status(&name).await.is_err(), "{fault:?}");
        }
        if matches!(class, ReportClass::AckQueue | ReportClass::Window | ReportClass::PerMessage) {
            let told = told(&stand, std::slice::from_ref(&name)).await;
            assert!(!of(&told, &name).is_empty(), "{fault:?}: lost");
        }
    }
}
