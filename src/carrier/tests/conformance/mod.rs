//! One list of cases for every driver, each against the simulated carrier that speaks its dialect. The simulator is as
//! strict as the carrier's documents and keeps a ledger: a driver is right when what it says of a text is what the ledger
//! holds, whatever went wrong on the way.
//!
//! A carrier is added with one function in `rows.rs` and its name in the list below. A case says what holds for all; what
//! a carrier does not offer ([`Caps`]) its driver is not asked for. The dialect's name for a message is to be the
//! driver's [`Accepted::carrier_message_id`].

mod doubt;
mod formats;
mod inbound;
mod pushes;
mod recorded;
mod reports;
mod rows;
mod sends;
mod silence;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use url::Url;

use super::http::{Broken, Http};
use super::*;
use crate::domain::outbound::{ClientKey, OutboundKind};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::ReceiptStatus;
use crate::domain::text::{self, Charset, MessageText};
use crate::ops::clock::Clock;
use crate::sim::{DialectKind, Endpoint, Fault, FaultRule, Sim, SimBreak, SimOptions};

macro_rules! cases {
    ($row:ident: $($room:ident::$case:ident,)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $case() {
            super::$room::$case(super::rows::$row).await;
        }
    )*};
}

macro_rules! carriers {
    ($($row:ident)*) => {
        $(mod $row {
            cases! { $row:
                sends::a_text_is_taken_and_arrives,
                sends::a_long_text_is_taken_whole,
                sends::what_cannot_be_encoded_never_leaves,
                sends::too_many_and_a_bad_key_are_named_and_nothing_was_taken,
                sends::a_wrong_key_is_said_before_the_first_text,
                sends::a_text_that_is_too_old_does_not_leave,
                sends::a_refused_text_is_refused_for_good,
                sends::what_was_sent_can_be_listed,
                sends::photos_arrive_as_they_left,
                sends::a_check_compares_clocks,
                doubt::a_send_without_an_answer_is_settled_and_no_citizen_gets_two,
                doubt::a_doubt_of_a_later_try_is_settled_like_any,
                doubt::a_bad_answer_settles_no_doubt,
                doubt::what_was_not_taken_is_not_found,
                doubt::clocks_that_differ_cost_no_text_and_send_none_twice,
                doubt::a_clock_that_was_set_between_try_and_question_proves_nothing_wrong,
                doubt::without_a_date_or_with_a_broken_clock_nothing_is_absent,
                doubt::a_text_behind_a_page_of_the_same_second_is_not_absent,
                doubt::a_list_with_an_entry_that_cannot_be_read_proves_nothing,
                doubt::several_doubts_are_settled_as_each_alone,
                inbound::every_text_comes_once_by_its_key,
                inbound::pages_may_repeat_and_come_in_any_order,
                inbound::one_broken_text_costs_no_other,
                inbound::what_could_not_be_read_comes_again,
                inbound::an_ack_that_failed_loses_nothing,
                inbound::a_text_of_any_date_is_read,
                inbound::a_text_that_breaks_its_page_costs_no_other,
                inbound::a_page_that_is_too_large_is_read_in_parts,
                inbound::a_text_that_is_too_large_alone_hides_none_before_it,
                reports::what_became_of_each_text_is_told,
                reports::an_unknown_word_decides_nothing,
                reports::repeated_and_mixed_up_reports_are_the_same_reports,
                reports::a_report_that_could_not_be_read_comes_again,
                formats::no_moment_makes_a_call_unreadable,
                recorded::the_dialect_takes_what_the_official_client_wrote,
                recorded::the_driver_writes_what_the_official_client_writes,
                formats::a_photo_text_without_content_has_no_words,
                pushes::every_text_pushed_comes_once_by_its_key,
                pushes::a_call_that_was_not_kept_comes_again,
                pushes::what_is_pushed_is_what_is_polled,
                silence::no_error_holds_a_secret_a_number_or_a_text,
            }
        }
    )*

        /// Every carrier by name, for tests of the loops.
        pub(crate) const ROWS: &[(&str, Row)] = &[$((stringify!($row), rows::$row)),*];
    };
}

carriers! { bizgo clicksend infobip jasmin kannel msghub nhn oneapi sens smsgate solapi twilio }

/// 2026-07-01T09:00:00+09:00
const START_MS: i64 = 1_782_864_000_000;
const CITIZEN: &str = "01012345678";
const OURS: &str = "062120";
/// Where the gateway may be called.
const HOOK: &str = "https://munja.example/v1/push/x";
const WORDS: &str = "막차는 23시 10분입니다";
/// The largest answer a driver takes (bytes).
const MAX_BODY: usize = 16 << 20;
/// How long a driver waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What makes a driver of one carrier: the account as the simulated carrier knows it, a way to it, and the time.
pub(crate) type Make = fn(&SimOptions, Http, Now) -> Arc<dyn Carrier>;
pub(crate) type Now = Arc<dyn Fn() -> UnixMs + Send + Sync>;

/// A carrier and the word of its dialect.
pub(crate) type Row = fn() -> (DialectKind, Make);

/// A driver and the simulated carrier it talks to.
struct Stand {
    sim: Sim,
    driver: Arc<dyn Carrier>,
    clock: Clock,
    make: Make,
}

impl Stand {
    fn new(row: Row) -> Stand {
        Stand::at(row, START_MS)
    }

    /// The same at another time.
    fn at(row: Row, start_ms: UnixMs) -> Stand {
        let (dialect, make) = row();
        let clock = Clock::following_tokio(start_ms);
        let sim = Sim::new(SimOptions {
            dialect,
            clock: clock.clone(),
            sends_per_sec: 1_000,
            others_per_sec: 1_000,
            report_delay_ms: (100, 100),
            ..SimOptions::default()
        });
        let driver = driver_of(&sim, sim.options(), &clock, make);
        if driver.caps().inbound == InboundClass::PushOnly {
            sim.call_at(Url::parse(HOOK).unwrap());
        }
        Stand { sim, driver, clock, make }
    }

    /// A driver of the same carrier, set up otherwise.
    fn other_driver(&self, change: impl FnOnce(&mut SimOptions)) -> Arc<dyn Carrier> {
        let mut options = self.sim.options().clone();
        change(&mut options);
        driver_of(&self.sim, &options, &self.clock, self.make)
    }

    /// The driver, which takes answers of so many bytes.
    fn with_max_body(self, most: usize) -> Stand {
        let driver = driver_taking(most, &self.sim, self.sim.options(), &self.clock, self.make);
        Stand { driver, ..self }
    }

    /// The driver after a restart.
    fn restarted(self) -> Stand {
        self.with_max_body(MAX_BODY)
    }

    fn caps(&self) -> Caps {
        self.driver.caps()
    }

    fn fault(&self, endpoint: Endpoint, fault: Fault, times: u32) {
        self.sim.add_fault(FaultRule::at(endpoint, fault).times(times));
    }

    /// The n-th text of ours.
    fn text(&self, n: u8) -> OutboundText {
        self.text_to(CITIZEN, n)
    }

    fn text_to(&self, citizen: &str, n: u8) -> OutboundText {
        let now = self.clock.now_ms();
        OutboundText {
            id: i64::from(n),
            key: ClientKey::from_random([n; ClientKey::LEN]),
            citizen: PhoneNumber::parse(citizen),
            from: PhoneNumber::parse(OURS),
            kind: OutboundKind::Sms,
            text: MessageText::new(WORDS),
            photos: Vec::new(),
            attempt: 1,
            first_attempt_at: now,
            expires_at: now + 3_600_000,
        }
    }

    /// Sends what surely goes well; gives the carrier's name of it.
    async fn sent(&self, text: &OutboundText) -> String {
        let accepted = self.driver.send(text).await.unwrap();
        assert!(!accepted.repeated);
        let newest = self.sim.ledger().messages.last().unwrap().msg_key.clone();
        let name = accepted.carrier_message_id.unwrap_or_else(|| newest.clone());
        assert_eq!(name, newest, "the dialect's name of a text is the driver's");
        name
    }

    /// A receipt under the carrier's name of its text, as the store finds it: by that name, else by our key.
    fn named(&self, receipt: Receipt) -> Receipt {
        let ledger = self.sim.ledger();
        let by_name = ledger.messages.iter().any(|m| m.msg_key == receipt.carrier_message_id);
        let by_key = |key: &String| ledger.messages.iter().find(|m| m.idempotency_key.as_ref() == Some(key));
        match receipt.client_key.as_ref().and_then(by_key).filter(|_| !by_name) {
            Some(found) => Receipt { carrier_message_id: found.msg_key.clone(), ..receipt },
            None => receipt,
        }
    }

    /// How many texts the carrier took.
    fn n_taken(&self) -> usize {
        self.sim.ledger().messages.len()
    }

    /// As long as a poller leaves the carrier alone, and a second at least.
    async fn pause(&self) {
        tokio::time::sleep(self.caps().min_poll.max(Duration::from_secs(1))).await;
    }

    fn receives(&self) -> bool {
        !matches!(self.caps().inbound, InboundClass::None | InboundClass::PushOnly)
    }
}

/// The same carrier without sockets, under tokio's clock.
pub(crate) fn driver_of(sim: &Sim, options: &SimOptions, clock: &Clock, make: Make) -> Arc<dyn Carrier> {
    driver_taking(MAX_BODY, sim, options, clock, make)
}

/// The same, for answers of so many bytes at most.
fn driver_taking(
    max_body: usize,
    sim: &Sim,
    options: &SimOptions,
    clock: &Clock,
    make: Make,
) -> Arc<dyn Carrier> {
    let sim = sim.clone();
    let carrier = move |request: ::http::Request<Bytes>| {
        let sim = sim.clone();
        Box::pin(async move {
            sim.call(request).await.map_err(|broken| match broken {
                SimBreak::Refused => Broken::NotSent,
                SimBreak::Reset => Broken::Reset,
                SimBreak::Truncated(part) => Broken::Truncated(part.into_body()),
            })
        }) as BoxFuture<'static, _>
    };
    let base = Url::parse("http://127.0.0.1:1").unwrap();
    let http = Http::in_process(base, TIMEOUT, Arc::new(carrier)).with_max_body(max_body);
    let clock = clock.clone();
    make(options, http, Arc::new(move || clock.now_ms()))
}

/// Whether this kind of error says that the text was surely not taken.
fn is_sure(kind: ErrorKind) -> bool {
    use ErrorKind::*;
    matches!(kind, NotSent | RateLimited | Auth | Config | Permanent)
}
