//! An invented year of a city's text consultations, so that anyone sees full reports at once: the same year, number of texts
//! and hours always give the same. Shares and peaks are those of a Korean city's 120 centre: transport 38.7 %, Mondays 21 %,
//! 42 % of the texts from 09:00 to 11:30.

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use super::UnixMs;
use super::calendar::Calendar;
use super::catalogue::Categories;
use super::conversation::REOPEN_MS;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The invented counselors answer by turns.
pub const N_COUNSELORS: u64 = 13;

/// Share of each day of the week, Monday first, and of a holiday (per mille of a week).
const WEEKDAYS: [u64; 7] = [210, 175, 165, 160, 160, 70, 60];
const HOLIDAY: u64 = 55;
/// Share of each half hour from midnight (of a thousand).
const HALF_HOURS: [u64; 48] = [
    3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 5, 8, 12, 25, 40, 85, 90, 88, 82, 75, 45, 28, 26, 35, 38, 36, 34,
    32, 30, 28, 26, 22, 20, 15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 4,
];
/// Share of each group of categories (per mille); a group that is not named has the last.
const GROUPS: [(&str, u64); 12] = [
    ("교통", 387),
    ("생활정보", 135),
    ("구청", 110),
    ("시정일반", 80),
    ("여권", 50),
    ("복지", 62),
    ("상수도", 40),
    ("세무", 32),
    ("문화·관광·체육", 38),
    ("환경", 24),
    ("주택·도시", 24),
    ("안전·재난", 18),
];
const OTHER_GROUP: u64 = 10;

/// The year to invent.
#[derive(Debug, Clone)]
pub struct SampleYear {
    pub year: i16,
    pub n_texts: u64,
    /// Nothing happens after this: a year that goes on ends here, and has so many texts less.
    pub until: UnixMs,
    /// When the only desk is open.
    pub calendar: Calendar,
    pub categories: Categories,
}

/// An invented conversation, closed in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleConversation {
    /// Numbers the citizen.
    pub citizen: u64,
    /// Each from the first text to a close.
    pub rounds: Vec<Round>,
    pub survey: Option<SampleSurvey>,
}

impl SampleConversation {
    /// How many texts of the citizen's it holds.
    pub fn n_texts(&self) -> usize {
        self.rounds.iter().map(|round| round.texts.len()).sum()
    }

    /// What of it is over at this time; `None` if nothing is. What had begun and goes on is left out whole.
    fn until(mut self, end: UnixMs) -> Option<SampleConversation> {
        let n_rounds = self.rounds.len();
        self.rounds.retain(|round| round.closed_at < end);
        // A survey follows the last close.
        self.survey = self.survey.filter(|survey| self.rounds.len() == n_rounds && survey.asked_at < end);
        if let Some(survey) = &mut self.survey {
            survey.answer = survey.answer.filter(|(at, ..)| *at < end);
        }
        (!self.rounds.is_empty()).then_some(self)
    }
}

/// From the first text to a close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// When each text of the citizen's came; never empty.
    pub texts: Vec<UnixMs>,
    pub is_danger: bool,
    pub taken_at: UnixMs,
    /// Numbers the counselor who took it.
    pub taken_by: u64,
    /// When it was passed on, and to whom.
    pub passed_on: Option<(UnixMs, u64)>,
    /// When each answer was written; none: it was never answered.
    pub answers: Vec<UnixMs>,
    pub closed_at: UnixMs,
    pub category: String,
    /// Whether the answers were lost because the phone was off.
    pub is_undelivered: bool,
}

impl Round {
    /// The counselor who answers and closes it.
    pub fn answered_by(&self) -> u64 {
        self.passed_on.map_or(self.taken_by, |(_, by)| by)
    }
}

/// A survey and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSurvey {
    pub asked_at: UnixMs,
    pub answer: Option<(UnixMs, u8, Option<&'static str>)>,
}

const PRAISE: [&str; 4] = [
    "친절하게 알려 주셔서 감사합니다",
    "빨리 답해 주셨어요",
    "전화를 못 하는데 큰 도움이 됐습니다",
    "설명이 쉬워서 좋았어요",
];
const COMPLAINTS: [&str; 3] = ["답이 너무 늦었어요", "물어본 것과 다른 답이에요", "다른 부서로만 넘기네요"];

/// A small generator of numbers (SplitMix64): the same seed always gives the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.roll() % most.max(1)
    }

    /// True so many times of a thousand.
    fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// From `least` on, mostly little more, at most `most`.
    fn span(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most - least).unwrap_or(0);
        let (a, b) = (self.below(width + 1), self.below(width + 1));
        least + i64::try_from(a.min(b)).unwrap_or(0)
    }

    /// A place by its weight.
    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                None => return place,
                Some(rest) => left = rest,
            }
        }
        0
    }
}

impl SampleYear {
    /// Every conversation, in the order of their beginnings; of a year that is over, together they hold exactly the texts that
    /// are wanted.
    pub fn conversations(&self) -> Vec<SampleConversation> {
        let mut dice = Dice(0x6d75_6e6a_6100 + u64::try_from(self.year).unwrap_or(0));
        let days: Vec<Date> = Date::new(self.year, 1, 1)
            .into_iter()
            .flat_map(|first| first.series(1.day()))
            .take_while(|day| day.year() == self.year)
            .collect();
        let weights: Vec<u64> = days.iter().map(|day| self.weight(*day)).collect();
        let whole: u64 = weights.iter().sum::<u64>().max(1);
        let (mut all, mut sum, mut given) = (Vec::new(), 0, 0);
        for (day, weight) in days.iter().zip(weights) {
            sum += weight;
            // What is due up to this day, less what was given: exact at the end of the year.
            let due = self.n_texts * sum / whole;
            while given < due {
                let conversation = self.conversation(*day, due - given, &mut dice);
                given += conversation.rounds.iter().map(|round| round.texts.len() as u64).sum::<u64>();
                all.push(conversation);
            }
        }
        let mut all: Vec<SampleConversation> =
            all.into_iter().filter_map(|one| one.until(self.until)).collect();
        all.sort_by_key(|one| one.rounds.first().and_then(|round| round.texts.first().copied()));
        all
    }

    fn weight(&self, day: Date) -> u64 {
        match self.calendar.day(day).is_holiday() {
            true => HOLIDAY,
            false => WEEKDAYS[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)],
        }
    }

    /// One conversation with at most `most` texts.
    fn conversation(&self, day: Date, most: u64, dice: &mut Dice) -> SampleConversation {
        // Few write often: the smaller of two numbers.
        let n_citizens = self.n_texts / 5 + 1;
        let citizen = dice.below(n_citizens).min(dice.below(n_citizens));
        let first = self.round(self.moment(day, dice), most, dice);
        let closed_at = first.closed_at;
        let left = most - first.texts.len() as u64;
        let mut rounds = vec![first];
        if left > 0 && dice.chance(40) {
            let back = closed_at + dice.span(20 * MINUTE, REOPEN_MS - HOUR);
            rounds.push(self.round(back, left, dice));
        }
        let survey = rounds.last().and_then(|last| survey(last, dice));
        SampleConversation { citizen, rounds, survey }
    }

    fn moment(&self, day: Date, dice: &mut Dice) -> UnixMs {
        let half = i64::try_from(dice.weighted(&HALF_HOURS)).unwrap_or(0);
        let midnight = self.calendar.time_zone().to_timestamp(day.to_datetime(Time::midnight()));
        let into = i64::try_from(dice.below(30 * 60_000)).unwrap_or(0);
        midnight.map_or(0, |at| at.as_millisecond()) + half * 30 * MINUTE + into
    }

    fn round(&self, at: UnixMs, most: u64, dice: &mut Dice) -> Round {
        let is_danger = dice.chance(4);
        let is_open = self.calendar.open_ms_between(at, at + 1) > 0;
        let begins = if is_open || is_danger { at } else { self.calendar.opens_after(at).unwrap_or(at) };
        let slow = dice.chance(60);
        let wait = match (is_danger, slow) {
            (true, _) => dice.span(8 * SECOND, 75 * SECOND),
            (false, true) => dice.span(4 * MINUTE, 25 * MINUTE),
            (false, false) => dice.span(10 * SECOND, 4 * MINUTE),
        };
        let taken_at = begins + wait;
        let taken_by = dice.below(N_COUNSELORS);
        let passed_on = (!is_danger && dice.chance(35))
            .then(|| (taken_at + dice.span(MINUTE, 6 * MINUTE), dice.below(N_COUNSELORS)));
        let from = passed_on.map_or(taken_at, |(at, _)| at + MINUTE);
        let first_answer = from + if is_danger { 30 * SECOND } else { dice.span(30 * SECOND, 5 * MINUTE) };
        let mut round = Round {
            texts: vec![at],
            is_danger,
            taken_at,
            taken_by,
            passed_on,
            answers: vec![first_answer],
            closed_at: first_answer,
            category: self.category(dice),
            is_undelivered: dice.chance(12),
        };
        if dice.chance(6) && !is_danger {
            round.answers.clear();
        }
        let mut last = first_answer;
        while (round.texts.len() as u64) < most && !round.answers.is_empty() && dice.chance(430) {
            let text = last + dice.span(20 * SECOND, 12 * MINUTE);
            last = text + dice.span(25 * SECOND, 5 * MINUTE);
            round.texts.push(text);
            round.answers.push(last);
        }
        round.closed_at = last + dice.span(MINUTE, 30 * MINUTE);
        round
    }

    fn category(&self, dice: &mut Dice) -> String {
        let weight =
            |name: &str| GROUPS.iter().find(|(known, _)| *known == name).map_or(OTHER_GROUP, |(_, w)| *w);
        let weights: Vec<u64> = self.categories.groups.iter().map(|group| weight(&group.name)).collect();
        let Some(group) = self.categories.groups.get(dice.weighted(&weights)) else { return String::new() };
        // The first items of a group are the most frequent.
        let n = group.items.len() as u64;
        let item = dice.below(n).min(dice.below(n));
        let item = group.items.get(usize::try_from(item).unwrap_or(0)).map_or("", String::as_str);
        format!("{}/{item}", group.name)
    }
}

fn survey(last: &Round, dice: &mut Dice) -> Option<SampleSurvey> {
    if last.answers.is_empty() || last.is_danger || !dice.chance(450) {
        return None;
    }
    let asked_at = last.closed_at + 10 * MINUTE;
    let answer = dice.chance(380).then(|| {
        let score = [5, 4, 3, 2, 1][dice.weighted(&[780, 180, 20, 12, 8])];
        let words: &[&'static str] = if score >= 4 { &PRAISE } else { &COMPLAINTS };
        let word = words[usize::try_from(dice.below(words.len() as u64)).unwrap_or(0)];
        (asked_at + dice.span(MINUTE, 3 * HOUR), score, dice.chance(250).then_some(word))
    });
    Some(SampleSurvey { asked_at, answer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arrival::tests::desk;
    use crate::domain::catalogue::Group;

    fn year(n_texts: u64) -> SampleYear {
        let group = |name: &str| Group {
            name: name.to_owned(),
            items: vec!["가".into(), "나".into()],
            desks: Vec::new(),
            due_ms: Default::default(),
        };
        let groups = GROUPS.iter().map(|(name, _)| group(name)).collect();
        SampleYear {
            year: 2026,
            n_texts,
            until: UnixMs::MAX,
            calendar: desk("main", "Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00").calendar,
            categories: Categories { version: "1".into(), groups },
        }
    }

    #[test]
    fn the_same_year_has_exactly_its_texts_and_the_citys_shares() {
        let all = year(20_000).conversations();
        assert_eq!(all, year(20_000).conversations());
        let rounds: Vec<&Round> = all.iter().flat_map(|one| &one.rounds).collect();
        assert_eq!(rounds.iter().map(|round| round.texts.len()).sum::<usize>(), 20_000);
        let share = |n: usize| n * 1_000 / rounds.len();
        let transport = share(rounds.iter().filter(|round| round.category.starts_with("교통/")).count());
        assert!((367..=407).contains(&transport), "{transport}");
        let zone = year(1).calendar.time_zone().clone();
        let local = |round: &&&Round| {
            let at = jiff::Timestamp::from_millisecond(round.texts[0]).unwrap();
            zone.to_datetime(at)
        };
        let mondays =
            share(rounds.iter().filter(|r| local(r).weekday() == jiff::civil::Weekday::Monday).count());
        assert!((190..=230).contains(&mondays), "{mondays}");
        let morning = |r: &&&Round| {
            (Time::constant(9, 0, 0, 0)..Time::constant(11, 30, 0, 0)).contains(&local(r).time())
        };
        let morning = share(rounds.iter().filter(morning).count());
        assert!((390..=450).contains(&morning), "{morning}");
    }

    #[test]
    fn a_year_that_goes_on_ends_now() {
        let now = 1_796_086_800_000; // 2026-12-01 in the morning
        let (whole, running) = (year(20_000), SampleYear { until: now, ..year(20_000) });
        let (whole, running) = (whole.conversations(), running.conversations());
        assert!(running.len() < whole.len() && running.len() > whole.len() * 10 / 12, "{}", running.len());
        for one in &running {
            assert!(one.rounds.iter().all(|round| round.closed_at < now), "{one:?}");
            let survey =
                one.survey.iter().flat_map(|s| s.answer.map(|(at, ..)| at).into_iter().chain([s.asked_at]));
            assert!(survey.into_iter().all(|at| at < now), "{one:?}");
        }
        // Before that nothing differs.
        assert_eq!(running[..5_000], whole[..5_000]);
    }

    #[test]
    fn everything_happens_in_its_order() {
        for one in year(3_000).conversations() {
            let mut last = 0;
            for round in &one.rounds {
                assert!(round.texts[0] > last && round.taken_at >= round.texts[0], "{one:?}");
                assert!(round.answers.is_sorted() && round.answers.iter().all(|at| *at > round.taken_at));
                assert!(round.answers.iter().all(|at| *at < round.closed_at));
                last = round.closed_at;
            }
        }
    }
}
